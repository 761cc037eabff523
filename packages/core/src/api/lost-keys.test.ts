/** What cannot be decoded, for now or for ever, and those who follow many agents. */
import { afterEach, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { TerminalError } from '../definition/terminal-error.js'
import type { Codec } from '../log/codec.js'
import { defineProjection } from '../projection/define-projection.js'
import type { Report } from '../public/report.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'
import { defineConsumer } from './define-consumer.js'

const machine = setup({ types: { context: {} as { words: string[] } } }).createMachine({
  context: { words: [] },
  on: { note: { actions: assign({ words: ({ context, event }) => [...context.words, event['text'] as string] }) } },
})
const diary = defineAgent({ name: 'diary', version: 1, machine })
const letter = defineAgent({ name: 'letter', version: 1, machine })

/** Streams that it does not decode, and what it throws then. */
const lost = new Map<string, Error>()
const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 1)
const codec: Codec = {
  name: 'flip',
  encode: (plain) => ({ bytes: flipped(plain) }),
  decode(encoded, { stream }) {
    const error = lost.get(stream)
    if (error !== undefined) throw error
    return flipped(encoded)
  },
}
afterEach(() => lost.clear())

/** Three agents with a note each. */
async function filled() {
  const log = memoryLog()
  const reports: Report[] = []
  const open = () =>
    createRuntime({
      store: memoryStore(log),
      agents: [diary, letter],
      codecs: [codec],
      onReport: (report) => reports.push(report),
    })
  const refold = await open()
  for (const [definition, id] of [
    [diary, 'ana'],
    [diary, 'bo'],
    [letter, '1'],
  ] as const)
    await (await refold.start(definition, { id })).send({ type: 'note', text: id })
  await refold.close()
  return { open, reports }
}
type Some = (typeof diary | typeof letter)[]
type Refold = Awaited<ReturnType<Awaited<ReturnType<typeof filled>>['open']>>

const counting = (agents?: Some) => {
  const some = agents === undefined ? undefined : { agents }
  return defineProjection({
    name: 'counts',
    version: 1,
    ...some,
    initial: { records: 0 },
    evolve: ({ records }) => ({ records: records + 1 }),
  })
}

async function documents(refold: Refold, agents?: Some) {
  const projection = await refold.project(counting(agents))
  await projection.ready
  const found: Record<string, unknown> = {}
  for await (const [key, { records }] of projection.entries()) found[key] = records
  return found
}

async function followed(refold: Refold, agents?: Some) {
  const found: string[] = []
  for await (const item of refold.follow(agents === undefined ? {} : { agents })) {
    if (item.kind === 'caught-up') break
    found.push(`${item.agent.name}-${item.agent.id} ${item.event.type}`)
  }
  return found
}

async function consumed(refold: Refold, count: number, agents?: Some) {
  const found: string[] = []
  let done: () => void = () => {}
  const enough = new Promise<void>((resolve) => (done = resolve))
  const each = ({ agent, event }: { agent: { name: string; id: string }; event: { type: string } }): void => {
    if (found.push(`${agent.name}-${agent.id} ${event.type}`) === count) done()
  }
  const running = await refold.consume(
    defineConsumer({ name: 'reader', ...(agents === undefined ? undefined : { agents }), each }),
  )
  await Promise.race([enough, running.ended])
  return { found: found.toSorted(), running }
}

const OF_LETTER = ['letter-1 note', 'letter-1 refold.started']
const OF_BO = ['diary-bo note', 'diary-bo refold.started']

describe('LOG-27 what cannot be decoded', () => {
  test('LOG-27 stops no one who is not asked for its agent', async () => {
    const { open } = await filled()
    lost.set('diary-ana', new Error('the key is not here'))
    await using refold = await open()
    expect(await documents(refold, [letter])).toEqual({ 1: 2 })
    expect((await followed(refold, [letter])).toSorted()).toEqual(OF_LETTER)
    expect((await consumed(refold, 2, [letter])).found).toEqual(OF_LETTER)
  })

  test('LOG-27 of a consumer stops no one who follows all agents', async () => {
    const { open } = await filled()
    await using first = await open()
    const { running } = await consumed(first, 6)
    await running.close()
    lost.set('refold-consumer-reader', new Error('the key is not here'))
    await using refold = await open()
    expect(await followed(refold)).toHaveLength(6)
    expect(await documents(refold)).toEqual({ 'diary-ana': 2, 'diary-bo': 2, 'letter-1': 2 })
  })
})

describe('LOG-28 what will never be decoded', () => {
  test('LOG-28 is passed over by projections and by who follows, and a consumer parks it', async () => {
    const { open, reports } = await filled()
    lost.set('diary-ana', new TerminalError('the key was destroyed'))
    await using refold = await open()
    expect(await documents(refold)).toEqual({ 'diary-bo': 2, 'letter-1': 2 })
    expect((await followed(refold)).toSorted()).toEqual([...OF_BO, ...OF_LETTER])
    const { found, running } = await consumed(refold, 4)
    expect(found).toEqual([...OF_BO, ...OF_LETTER])
    await expect.poll(async () => (await running.parked()).map(({ agent }) => agent.id)).toEqual(['ana', 'ana'])
    await expect.poll(() => reports.filter(({ code }) => code === 'PARKED').length).toBe(2)
    await expect(refold.attach(diary, 'ana')).rejects.toMatchObject({ code: 'UNREADABLE' })
  })

  test('LOG-28 what only cannot be decoded here ends them, and nothing is passed over', async () => {
    const { open } = await filled()
    lost.set('diary-ana', new Error('the key is not here'))
    await using refold = await open()
    await expect(followed(refold)).rejects.toMatchObject({ code: 'UNREADABLE' })
    await expect(documents(refold)).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
    await expect(consumed(refold, 6)).rejects.toMatchObject({ code: 'UNREADABLE' })
  })
})

describe('LOG-29 what cannot be decoded for now', () => {
  test('LOG-29 is tried again, and nothing is parked or ended', async () => {
    const { open } = await filled()
    const busy = Object.assign(new Error('the key server does not answer'), { isRetryable: true })
    for (const stream of ['diary-ana', 'diary-bo', 'letter-1']) lost.set(stream, busy)
    await using refold = await open()
    await expect(refold.attach(diary, 'ana')).rejects.toMatchObject({ code: 'STORE_REJECTED', cause: busy })
    const all = [documents(refold), consumed(refold, 6).then(({ running }) => running.parked())] as const
    setTimeout(() => lost.clear(), 50)
    expect(await Promise.all(all)).toEqual([{ 'diary-ana': 2, 'diary-bo': 2, 'letter-1': 2 }, []])
  })
})
