/** Histories, states and followed records without what is secret in them. */
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { createClient } from '../api/create-client.js'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { startAgent } from '../definition/send-to-agent.js'
import { isChartStream } from '../log/charts.js'
import { headerOf } from '../record/header.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import type { Followed } from '../public/follow.js'
import { exportStreams } from './export-streams.js'
import type { HistorySource } from './history-types.js'
import { openExport } from './open-export.js'
import { openHistory } from './open-history.js'
import { readState } from './read-state.js'
import { researched } from './research.fixture.js'

const Pass = z.object({ pass: z.string().meta({ secret: true }) })
const PASS = 'open sesame'
const NEXT = 'swordfish-9'

const door = defineAgent({
  name: 'door',
  version: 1,
  input: Pass.extend({ pin: z.number().meta({ secret: true }), name: z.string() }),
  events: { change: Pass, knock: z.object({ words: z.string() }) },
  machine: setup({
    types: {
      context: {} as { pass: string; byPass: Record<string, number>; name: string; heard: string; pin: number },
      input: {} as { pass: string; pin: number; name: string },
      events: {} as { type: 'change'; pass: string } | { type: 'knock'; words: string },
    },
  }).createMachine({
    context: ({ input: { pass, pin, name } }) => ({ pass: `as ${pass}`, byPass: { [pass]: 1 }, name, heard: '', pin }),
    initial: 'shut',
    states: {
      shut: {
        on: {
          change: { actions: assign({ pass: ({ event }) => event.pass }) },
          knock: { target: 'open', actions: assign({ heard: ({ event }) => event.words }) },
        },
      },
      open: { on: { change: { actions: assign({ pass: ({ event }) => event.pass }) } } },
    },
  }),
})

async function doors(): Promise<Store> {
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [door] })
  const agent = await runtime.start(door, { id: '1', input: { pass: PASS, pin: 918273, name: 'ana' } })
  await agent.send({ type: 'change', pass: NEXT }, { by: 'ana', reason: `it was ${PASS}` })
  await agent.send({ type: 'knock', words: `${NEXT}, please` })
  await runtime.fork(door, '1', { as: '2' })
  await runtime.close()
  return memoryStore(log)
}

/** Everything that a history tells, as one text. */
async function allOf(source: HistorySource, stream: string): Promise<string> {
  const history = await openHistory(source, stream, { hideSecrets: true })
  const told: unknown[] = [history.outline(), await history.life(), await history.diff(0, history.last)]
  for await (const record of history.records()) told.push(record)
  const cursor = history.cursor()
  for (let at = 0; at <= history.last; at++) {
    await cursor.to(at)
    told.push(
      await history.record(at),
      await history.at(at),
      await history.explain(at),
      cursor.state,
      cursor.snapshot(),
    )
  }
  for (const path of ['/context/pass', '/context/byPass', '/context/heard', '/context/pin'])
    told.push(await history.blame(path))
  told.push(
    await readState(source, stream, { hideSecrets: true }),
    await readState(source, stream, { at: 0, hideSecrets: true }),
  )
  return JSON.stringify(told)
}

describe('a history that hides secrets', () => {
  test.each(['door-1', 'door-2'])('HIS-37 %s tells none that was given, and all else', async (stream) => {
    const store = await doors()
    const plain = await openHistory(store, stream)
    expect(JSON.stringify(await plain.at(plain.last))).toContain(NEXT)
    const text = await allOf(store, stream)
    for (const secret of ['sesame', 'swordfish', '918273']) expect(text).not.toContain(secret)
    expect(text).toContain('ana')
    const history = await openHistory(store, stream, { hideSecrets: true })
    const { context, active, document } = await history.at(history.last)
    expect(active).toEqual(['open'])
    expect(context).toMatchObject({ pass: expect.stringMatching(/^\[secret \d\]$/), name: 'ana', pin: 0 })
    expect(document.root.context).toEqual(context)
    expect(history.hide({ answer: `${NEXT}!`, n: 5 })).toEqual({
      answer: expect.stringMatching(/^\[secret \d\]!$/),
      n: 5,
    })
  })

  test('HIS-37 the secrets of another agent are hidden where it stands in a chain of causes', async () => {
    const guest = defineAgent({
      name: 'guest',
      version: 1,
      machine: setup({}).createMachine({ initial: 'in', states: { in: {} } }),
    })
    const host = defineAgent({
      name: 'host',
      version: 1,
      events: { invite: Pass },
      machine: setup({ types: { events: {} as { type: 'invite'; pass: string } } }).createMachine({
        on: { invite: { actions: startAgent({ agent: guest, id: '1' }, {}) } },
      }),
    })
    const store = memoryStore()
    await using runtime = await createRuntime({ store, agents: [host, guest] })
    const agent = await runtime.start(host, { id: '1' })
    await agent.send({ type: 'invite', pass: PASS }, { reason: `by ${PASS}` })
    await expect.poll(async () => (await store.directory.get('guest-1'))?.stream).toBe('guest-1')
    const told = await (await openHistory(store, 'guest-1', { hideSecrets: true })).explain(0)
    expect(told.chain.map(({ reason }) => reason)).toEqual([undefined, 'by [secret 1]'])
  })

  test('HIS-38 finds, blames and explains what one that hides none does', async () => {
    const store = await doors()
    const [plain, hiding] = [
      await openHistory(store, 'door-1'),
      await openHistory(store, 'door-1', { hideSecrets: true }),
    ]
    const isNext = (state: { readonly root: { readonly context?: unknown } }): boolean =>
      (state.root.context as { readonly pass: string }).pass === NEXT
    expect(await hiding.find(isNext)).toEqual(await plain.find(isNext))
    expect(await hiding.find(isNext)).toEqual([{ revision: 1, becomes: true }])
    const stepsOf = async (history: typeof plain): Promise<unknown> =>
      (await history.blame('/context/pass')).steps.map(({ revision, how, from }) => [revision, how, from])
    expect(await stepsOf(hiding)).toEqual(await stepsOf(plain))
  })

  test('HIS-39 is refused where the chart or an origin is not there, and reads no more of an agent without secrets', async () => {
    const store = await doors()
    const source = (without: (stream: string) => boolean): HistorySource => ({
      read: (stream, options) => store.read(without(stream) ? 'none-1' : stream, options),
    })
    for (const open of [openHistory, readState]) {
      await expect(open(source(isChartStream), 'door-1', { hideSecrets: true })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      await expect(
        open(
          source((stream) => stream === 'door-1'),
          'door-2',
          { hideSecrets: true },
        ),
      ).rejects.toMatchObject({
        code: 'NOT_FOUND',
        facts: { stream: 'door-1' },
      })
    }
    const other = await researched()
    const reads: string[] = []
    const counted: HistorySource = {
      read: (stream, options) => {
        reads.push(stream)
        return other.read(stream, options)
      },
    }
    const readsOf = async (hideSecrets: boolean): Promise<readonly string[]> => {
      reads.length = 0
      const history = await openHistory(counted, 'research-42', { hideSecrets })
      await history.at(history.last)
      await readState(counted, 'research-42', { hideSecrets })
      return [...reads]
    }
    expect(await readsOf(true)).toEqual(await readsOf(false))
  })

  test('HIS-37 what codecs encoded is hidden where it can be decoded, and else told by no one', async () => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x5a)
    const codecs = [{ name: 'flip', encode: (plain: Uint8Array) => ({ bytes: flip(plain) }), decode: flip }]
    const store = memoryStore()
    await using runtime = await createRuntime({ store, agents: [door], codecs })
    const agent = await runtime.start(door, { id: '1', input: { pass: PASS, pin: 918273, name: 'ana' } })
    await agent.send({ type: 'knock', words: PASS })
    const history = await openHistory(store, 'door-1', { hideSecrets: true, codecs })
    const told = JSON.stringify([await history.record(0), await history.record(1), await history.at(1)])
    expect(told).not.toContain('sesame')
    expect(told).toContain('ana')
    const sealed = await openHistory(store, 'door-1', { hideSecrets: true })
    expect([sealed.trouble?.revision, (await sealed.record(0)).kind]).toEqual([0, 'started'])
  })

  test('HIS-37 a secret that is a word of the state document leaves it one', async () => {
    const store = memoryStore()
    await using runtime = await createRuntime({ store, agents: [door] })
    const agent = await runtime.start(door, { id: '1', input: { pass: 'active', pin: 1, name: 'promise' } })
    await agent.send({ type: 'change', pass: 'context' })
    const history = await openHistory(store, 'door-1', { hideSecrets: true })
    expect(await history.at(1)).toMatchObject({ status: 'active', context: { name: 'promise' } })
    expect(await history.record(0)).toMatchObject({ data: { input: { pass: '[secret]', pin: 0 } } })
    let text = ''
    for await (const line of exportStreams(store, ['door-1'], { charts: true, redact: true })) text += line
    const redacted = await openHistory(await openExport(new Blob([text])), 'door-1')
    expect([redacted.trouble, (await redacted.at(1)).status]).toEqual([undefined, 'active'])
  })
})

test('REC-22 the state and each header say that there are secrets, after another chart and in a fork too', async () => {
  const store = memoryStore()
  const plain = defineAgent({ name: 'door', version: 2, machine: door.machine })
  await using runtime = await createRuntime({ store, agents: [door, plain] })
  const agent = await runtime.start(door, { id: '1', input: { pass: PASS, pin: 1, name: 'ana' } })
  await runtime.migrate(plain, '1')
  await agent.send({ type: 'knock', words: 'hello' }).catch(() => undefined)
  await runtime.fork(plain, '1', { as: '2' })
  await runtime.start(plain, { id: '3', input: { pass: PASS, pin: 1, name: 'ana' } })
  const flagsOf = async (stream: string): Promise<readonly unknown[]> => {
    const flags: unknown[] = []
    for await (const page of store.read(stream))
      for (const { metadata } of page) flags.push(headerOf(metadata)?.hasSecrets)
    return [...new Set([...flags, (await readState(store, stream)).document.agent.hasSecrets])]
  }
  expect(await flagsOf('door-1')).toEqual([true])
  expect(await flagsOf('door-2')).toEqual([true])
  expect(await flagsOf('door-3')).toEqual([undefined])
  const hidden = await openHistory(store, 'door-1', { hideSecrets: true })
  expect(JSON.stringify([await hidden.record(0), await hidden.at(hidden.last)])).not.toContain('sesame')
})

describe('what is followed', () => {
  test('HIS-40 a history hides what comes while it follows', async () => {
    const store = memoryStore()
    await using runtime = await createRuntime({ store, agents: [door] })
    const agent = await runtime.start(door, { id: '1', input: { pass: PASS, pin: 1, name: 'ana' } })
    const history = await openHistory(store, 'door-1', { hideSecrets: true })
    const end = new AbortController()
    await agent.send({ type: 'change', pass: NEXT })
    await agent.send({ type: 'knock', words: `${NEXT} and ${PASS}` })
    const told: unknown[] = []
    for await (const revision of history.follow({ signal: end.signal })) {
      told.push(await history.record(revision), await history.at(revision), history.hide(NEXT))
      if (revision === 2) end.abort()
    }
    expect(told).toHaveLength(6)
    for (const secret of ['sesame', 'swordfish']) expect(JSON.stringify(told)).not.toContain(secret)
  })

  test('HIS-40 a client hides what it follows, of many agents', async () => {
    const log = memoryLog()
    const store = memoryStore(log)
    await using runtime = await createRuntime({ store, agents: [door] })
    for (let id = 0; id < 70; id++) {
      const agent = await runtime.start(door, { id: String(id), input: { pass: `${PASS}-${id}`, pin: 1, name: 'ana' } })
      await agent.send({ type: 'knock', words: `${PASS}-${id}` }, { reason: `${PASS}-${id}` })
    }
    const followed = async (hideSecrets: boolean): Promise<readonly Followed[]> => {
      await using client = await createClient({ store: memoryStore(log), agents: [] })
      const items: Followed[] = []
      for await (const item of client.follow({ hideSecrets })) {
        if (item.kind === 'caught-up') break
        items.push(item)
      }
      return items
    }
    expect(JSON.stringify(await followed(false))).toContain(PASS)
    const hidden = await followed(true)
    expect(hidden.length).toBe(140)
    expect(JSON.stringify(hidden)).not.toContain('sesame')
    expect(hidden[1]).toMatchObject({ event: { type: 'knock', data: { words: '[secret 1]' } } })
  })
})
