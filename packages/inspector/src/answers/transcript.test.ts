import { createRuntime, defineAgent, memoryLog, memoryStore } from '@refold/core'
import type { JsonObject } from '@refold/core/record'
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import type { TranscriptView } from '../contract/agent.js'
import { Answers } from './answers.js'
import { isMessage, toldBy } from './chat-shapes.js'

const chat = defineAgent({
  name: 'chat',
  version: 1,
  machine: setup({
    types: {
      context: {} as { deep: { log: JsonObject[]; other: number[] } },
      events: {} as { type: 'said'; role: string; content: string } | { type: 'forget' },
    },
  }).createMachine({
    context: { deep: { log: [], other: [1, 2, 3] } },
    on: {
      said: {
        actions: assign({
          deep: ({ context: { deep }, event: { role, content } }) => ({
            ...deep,
            log: content.startsWith('aside') ? deep.log : [...deep.log, { role, content }],
          }),
        }),
      },
      forget: { actions: assign({ deep: ({ context: { deep } }) => ({ ...deep, log: deep.log.slice(1) }) }) },
    },
  }),
})

async function told(...said: ReadonlyArray<string | undefined>): Promise<TranscriptView> {
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [chat] })
  const agent = await runtime.start(chat, { id: '1' })
  for (const content of said)
    await agent.send(content === undefined ? { type: 'forget' } : { type: 'said', role: 'user', content })
  await runtime.close()
  return (await new Answers({ source: memoryStore(log) }).ask('transcript', { agent: 'chat-1' })) as TranscriptView
}

describe('a conversation', () => {
  test('INS-14 is found in the context, and follows what is forgotten', async () => {
    const { path, messages } = await told('one', 'two', undefined, 'three')
    expect(path).toBe('/root/context/deep/log')
    expect(messages.map(({ text, revision }) => [text, revision])).toEqual([
      ['two', 1],
      ['three', 4],
    ])
  })

  test('INS-14 is made of payloads where no context holds it', async () => {
    const { path, messages, isCut } = await told('aside one', 'aside two')
    expect([path, isCut]).toEqual([undefined, false])
    expect(messages.map(({ text, revision }) => [text, revision])).toEqual([
      ['aside one', 1],
      ['aside two', 2],
    ])
  })

  test('INS-14 is bounded', async () => {
    const { messages } = await told('y'.repeat(50_000))
    expect(messages[0]?.text).toHaveLength(4_000)
  })

  test.each<readonly [string, JsonObject, object[]]>([
    ['a text', { role: 'user', content: 'hi' }, [{ role: 'user', text: 'hi' }]],
    [
      'OpenAI: a call of a tool',
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', function: { name: 'find', arguments: '{"q":1}' } }],
      },
      [{ role: 'assistant', text: '', tool: { name: 'find', id: 'c1', input: { q: 1 } } }],
    ],
    [
      'OpenAI: what a tool gave',
      { role: 'tool', tool_call_id: 'c1', content: 'found' },
      [{ role: 'tool', text: '', tool: { name: '', id: 'c1', output: 'found' } }],
    ],
    [
      'Anthropic: a text and a call',
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'let me see' },
          { type: 'tool_use', id: 't1', name: 'find', input: { q: 1 } },
        ],
      },
      [
        { role: 'assistant', text: 'let me see' },
        { role: 'assistant', text: '', tool: { name: 'find', id: 't1', input: { q: 1 } } },
      ],
    ],
    [
      'Anthropic: what a tool gave',
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'found' }] },
      [{ role: 'user', text: '', tool: { name: '', id: 't1', output: 'found' } }],
    ],
    [
      'AI SDK: a call',
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'k', toolName: 'find', input: { q: 1 } }] },
      [{ role: 'assistant', text: '', tool: { name: 'find', id: 'k', input: { q: 1 } } }],
    ],
    [
      'AI SDK: what a tool gave',
      { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'k', toolName: 'find', output: [1] }] },
      [{ role: 'tool', text: '', tool: { name: 'find', id: 'k', output: [1] } }],
    ],
    [
      'AI SDK: parts of its page',
      {
        role: 'assistant',
        parts: [
          { type: 'text', text: 'so' },
          { type: 'tool-find', toolCallId: 'k', input: 1, output: 2 },
        ],
      },
      [
        { role: 'assistant', text: 'so' },
        { role: 'assistant', text: '', tool: { name: 'find', id: 'k', input: 1, output: 2 } },
      ],
    ],
    [
      'what is no text',
      { role: 'user', content: [{ type: 'image', data: 'x' }, 'and text', 7] },
      [
        { role: 'user', text: '[image]' },
        { role: 'user', text: 'and text' },
      ],
    ],
  ])('INS-14 %s', (_what, message, expected) => {
    expect(isMessage(message)).toBe(true)
    expect(toldBy(message)).toEqual(expected)
  })

  test.each([{}, { role: 'admin' }, { role: 1, content: 'x' }, { content: 'x' }, [], 'x', null])(
    'INS-14 %j is no message',
    (value) => expect(isMessage(value)).toBe(false),
  )
})
