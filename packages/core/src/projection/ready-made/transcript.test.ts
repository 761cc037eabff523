/** Conversations that a model's service would take at every moment. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRuntime } from '../../api/create-runtime.js'
import type { JsonObject } from '../../json/json-value.js'
import type { Runtime } from '../../public/runtime.js'
import { memoryLog, type MemoryLog } from '../../store/memory-log.js'
import { memoryStore } from '../../store/memory-store.js'
import { appendPast, chat, quiet } from './past-records.fixture.js'
import type { Message } from './past-records.fixture.js'
import { inboxProjection } from './inbox.js'
import { transcriptProjection } from './transcript.js'
import type { TranscriptDocument } from './transcript.js'

const transcripts = transcriptProjection<typeof chat, Message>({
  agents: [chat],
  messages: ({ event }) => {
    if (event.type === 'refold.started')
      return [
        { role: 'user', content: 'find it' },
        { role: 'assistant', content: '', calls: ['good', 'bad', 'slow'] },
      ]
    if (event.type === 'say') return [{ role: 'user', content: event.data.text }]
    return event.type === 'refold.effect.done' ? [event.data.output] : undefined
  },
  calls: ({ calls }) => calls ?? [],
  answers: ({ call }) => (call === undefined ? [] : [call]),
  missing: (call, { why, error }) => ({
    role: 'tool',
    call,
    content: error === undefined ? why : `${why}: ${error.message}`,
  }),
  callOf: ({ event }) => (event.type === 'refold.effect.failed' ? 'bad' : undefined),
})

/** What a model's service refuses. */
function expectValid({ messages }: TranscriptDocument<Message>): void {
  const open = new Set<string>()
  for (const { call, calls = [] } of messages) {
    if (call !== undefined) expect(open.delete(call), `${call} is answered once, behind its call`).toBe(true)
    else expect([...open]).toEqual([])
    for (const one of calls) open.add(one)
  }
  expect([...open]).toEqual([])
}

describe('a transcript', () => {
  let log: MemoryLog
  let runtime: Runtime
  beforeEach(async () => {
    log = memoryLog()
    runtime = await createRuntime({ store: memoryStore(log), agents: [chat], world: quiet, onReport: () => {} })
  })
  afterEach(() => runtime.close())

  test('PRJ-32 the transcript has one answer to each tool call at every moment, the real one in its place when it comes', async () => {
    const projection = await runtime.project(transcripts)
    const agent = await runtime.start(chat, { id: '1' })
    const seen: TranscriptDocument<Message>[] = []
    const look = async (): Promise<TranscriptDocument<Message>> => {
      await projection.at(agent)
      const document = (await projection.get('chat-1')) as TranscriptDocument<Message>
      seen.push(document)
      return document
    }
    await look()
    await agent.send({ type: 'say', text: 'well?' })
    await agent.waitFor(({ effects }) => effects.length === 1, { whenBlocked: 'wait' })
    const settled = await look()
    expect(settled.messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([
      'found good',
      'failed: no such tool',
      'pending',
    ])
    await agent.cancel()
    expect((await look()).messages.find(({ call }) => call === 'slow')?.content).toBe('stopped')
    for (const document of seen) expectValid(document)
    expect(seen.at(-1)?.messages.at(-1)).toEqual({ role: 'user', content: 'well?' })
  })

  test('PRJ-158 a second success of an effect, which no chart took, is no part of the conversation', async () => {
    const answer = (content: string): JsonObject => ({ role: 'assistant', content, calls: ['more'] })
    const place = await appendPast(log, 'chat-3', [
      ['refold.started', 1, { input: null }],
      [
        'refold.effect.done',
        2,
        { src: 'tool', output: answer('the one that counts') },
        { input: { kind: 'effect.done', effect: '0.1' } },
      ],
      [
        'refold.effect.done',
        3,
        { src: null, output: answer('of a worker that was taken for dead') },
        { input: { kind: 'effect.done', effect: '0.1', late: true } },
      ],
    ])
    const projection = await runtime.project(transcripts)
    await projection.at(place)
    const { messages } = (await projection.get('chat-3')) as TranscriptDocument<Message>
    expect(messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual([
      '',
      'the one that counts',
    ])
  })

  test('PRJ-32 one message with several answers takes their places, and what answers no open call is left out', async () => {
    const many = transcriptProjection<
      typeof chat,
      { calls?: readonly string[]; answers?: readonly string[]; text?: string }
    >({
      agents: [chat],
      name: 'many',
      messages: ({ event }) => (event.type === 'call' ? [event.data] : undefined),
      calls: ({ calls = [] }) => calls,
      answers: ({ answers = [] }) => answers,
      missing: (call, { why }) => ({ answers: [call], text: why }),
    })
    const place = await appendPast(log, 'chat-2', [
      ['refold.started', 1, { input: null }],
      ['call', 2, { calls: ['a', 'b', 'c'] }],
      ['call', 3, { text: 'and?' }],
      ['call', 4, { answers: ['c', 'a'] }],
      ['call', 5, { answers: ['a'] }],
      ['call', 6, { answers: ['b'] }],
      ['call', 7, { answers: ['nothing'] }],
    ])
    const projection = await runtime.project(many)
    await projection.at(place)
    expect(await projection.get('chat-2')).toEqual({
      messages: [{ calls: ['a', 'b', 'c'] }, { answers: ['c', 'a'] }, { answers: ['b'] }, { text: 'and?' }],
      missing: {},
    })
  })

  test('PRJ-321 a call whose id came before, in whose place nothing came, has an answer of its own', async () => {
    const again = transcriptProjection<
      typeof chat,
      { calls?: readonly string[]; answers?: readonly string[]; text?: string }
    >({
      agents: [chat],
      name: 'again',
      messages: ({ event }) => (event.type === 'call' ? [event.data] : undefined),
      calls: ({ calls = [] }) => calls,
      answers: ({ answers = [] }) => answers,
      missing: (call, { why }) => ({ answers: [call], text: why }),
      callOf: () => 'call_0',
    })
    const failed = { src: 'tool', error: { name: 'Error', message: 'no' } }
    const place = await appendPast(log, 'chat-5', [
      ['refold.started', 1, { input: null }],
      ['call', 2, { calls: ['call_0', 'toString'] }],
      ['refold.effect.failed', 3, failed, { input: { kind: 'effect.failed', effect: '1.0' } }],
      ['call', 4, { calls: ['call_0'] }],
      ['call', 5, { answers: ['call_0'], text: 'the second' }],
      ['call', 6, { answers: ['valueOf'], text: 'no one asked' }],
    ])
    const projection = await runtime.project(again)
    await projection.at(place)
    expect((await projection.get('chat-5'))?.messages).toEqual([
      { calls: ['call_0', 'toString'] },
      { answers: ['call_0'], text: 'failed' },
      { answers: ['toString'], text: 'pending' },
      { calls: ['call_0'] },
      { answers: ['call_0'], text: 'the second' },
    ])
  })
})

test.each([
  ['agents', undefined],
  ['agents', []],
  ['messages', undefined],
  ['calls', 'x'],
  ['answers', undefined],
  ['missing', undefined],
  ['callOf', 'x'],
])('PRJ-197 a transcript whose %s is %j is refused where it is defined', (path, value) => {
  const whole = { agents: [chat], messages: () => [], calls: () => [], answers: () => [], missing: () => ({}) }
  const define = (): unknown => transcriptProjection({ ...whole, [path]: value })
  expect(define).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', facts: { path } }) as Error)
})

test('PRJ-197 an inbox without definitions is refused where it is defined', () => {
  const wrong = expect.objectContaining({ code: 'INVALID_INPUT', facts: { path: 'agents' } }) as Error
  for (const options of [{}, { agents: [] }, { agents: chat }])
    expect(() => inboxProjection(options as never)).toThrow(wrong)
})
