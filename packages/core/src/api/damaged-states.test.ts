/** Records that fold, and give a state that no agent can be in: one agent is unreadable, and no other waits for it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { planRecovery } from '../plan/plan-recovery.js'
import { RefoldError } from '../errors.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { systemWorld } from '../world/system-world.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, LEASE_MS, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const at = (path: string, value: JsonValue): PatchOperation => ({ op: 'add', path: `/state${path}`, value })
const parsed = (text: string): JsonValue => JSON.parse(text)
const EFFECT = { kind: 'promise', src: 'work', scheduledBy: 'x' }
const TIMER = { source: '0', target: '0', id: 'x', due: 1, event: { type: 'x' } }

const DAMAGE: readonly (readonly [what: string, operation: PatchOperation])[] = [
  ['no state at all', { op: 'replace', path: '/state', value: null }],
  ['a state that was taken away', { op: 'remove', path: '/state' }],
  ['a state that is a list', { op: 'replace', path: '/state', value: [] }],
  ['a state without an agent', { op: 'remove', path: '/state/agent' }],
  ['an agent that is null', at('/agent', null)],
  ['an agent without an incarnation', { op: 'remove', path: '/state/agent/incarnation' }],
  ['an agent of no definition', at('/agent/definition', 5)],
  ['an agent with another id', at('/agent/id', null)],
  ['an epoch that is a text', at('/agent/epoch', '1')],
  ['an owner that is a number', at('/agent/owner', 5)],
  ['a pause that is a number', at('/agent/paused', 5)],
  ['a block without an error', at('/agent/blocked', { at: 1 })],
  ['a suspicion that is a text', at('/agent/suspicion', 'yes')],
  ['waiting inputs that are none', at('/agent/waiting', { a: 1 })],
  ['a waiting input that is null', at('/agent/waiting', [null])],
  ['a cancellation without a deadline', at('/agent/cancelling', {})],
  ['a root that is a number', at('/root', 5)],
  ['a root that is null', at('/root', null)],
  ['a root of no kind', at('/root/kind', 'whale')],
  ['a root without an id', { op: 'remove', path: '/state/root/sid' }],
  ['a value that is a number', at('/root/value', 5)],
  ['a status that is none', at('/root/status', 5)],
  ['children that are a number', at('/root/children', 5)],
  ['a child that is null', at('/root/children', { a: null })],
  ['a sequence that is a number', at('/root/sequence', 5)],
  ['nodes that are a text', at('/root/nodes', 'x')],
  ['a history that is a text', at('/root/history', 'x')],
  ['references that are a number', at('/root/refs', { '/a': 5 })],
  ['effects that are null', at('/effects', null)],
  ['an effect that is null', at('/effects/9.0', null)],
  ['an effect of no source', at('/effects/9.0', { ...EFFECT, src: 5 })],
  ['an effect with a text in place of its attempt', at('/effects/9.0', { ...EFFECT, attempt: 'x' })],
  ['an effect that is in doubt for no reason', at('/effects/9.0', { ...EFFECT, inDoubt: 5 })],
  ['timers that are a list', at('/timers', [])],
  ['a timer that is a number', at('/timers/9.t0', 5)],
  ['a timer that is due at no time', at('/timers/9.t0', { ...TIMER, due: 'soon' })],
  ['a timer without an event', at('/timers/9.t0', { ...TIMER, event: null })],
  ['unlisted actors that are null', at('/unlisted', null)],
  ['an unlisted actor without an actor', at('/unlisted/9.0', { id: 'x', parent: '0' })],
  ['remembered ids that are null', at('/dedup', null)],
  ['an outbox that is a number', at('/outbox', 5)],
  ['an outbox of messages that are none', at('/outbox', { last: 1, to: { 'work-2': [5] } })],
  ['an inbox that is a text', at('/inbox', 'x')],
  ['detached children that are a list', at('/detachedChildren', ['work-2'])],
  ['a member that reaches a prototype', at('/root/context', parsed('{"a": {"__proto__": {"polluted": 1}}}'))],
  ['an actor that is a prototype', at('/root/children', parsed('{"__proto__": {"sid": "1.0", "kind": "promise"}}'))],
  ['a value that names a constructor', at('/root/context', parsed('{"constructor": 1}'))],
]

describe.each(DAMAGE)('RCV-8 FOLD-5 an agent with %s', (_what, operation) => {
  const rejections: unknown[] = []
  const note = (error: unknown): void => void rejections.push(error)
  beforeEach(() => process.on('unhandledRejection', note))
  afterEach(() => process.off('unhandledRejection', note))

  test('is reported once by the worker that finds it, stands in the plan, and stops no other', async () => {
    const { log, time, definition, died } = await began()
    await died()
    await damage(log, operation)
    const plan = await planRecovery({ store: memoryStore(log), agents: [definition], leaseDurationMs: LEASE_MS })
    expect(plan.troubled).toMatchObject([{ agent: { id: '1' }, code: 'UNREADABLE' }])
    const next = await startProcess({ log, time, agents: [definition] })
    await settle()
    expect(next.reports).toMatchObject([{ code: 'UNREADABLE', agent: { id: '1' } }])
    await time.advance(LEASE_MS * 2)
    const other = await next.runtime.attach(definition, '2')
    expect((await other.send({ type: 'note', text: 'on' })).context.notes).toEqual(['on'])
    await expect(next.runtime.attach(definition, '1')).rejects.toMatchObject({ code: 'UNREADABLE' })
    expect(next.reports).toHaveLength(1)
    expect(rejections).toEqual([])
    expect(Object.keys({}.constructor.prototype as object)).toEqual([])
  })

  test('is stopped and reported where it lives', async () => {
    const { log, process: living, definition } = await began()
    const agent = await living.runtime.attach(definition, '1')
    await damage(log, operation)
    await settle()
    expect(living.reports).toMatchObject([{ code: 'UNREADABLE', agent: { id: '1' } }])
    await expect(agent.send({ type: 'note', text: 'b' })).rejects.toMatchObject({ code: 'UNREADABLE' })
    const other = await living.runtime.attach(definition, '2')
    expect((await other.send({ type: 'note', text: 'on' })).context.notes).toEqual(['on'])
    expect(rejections).toEqual([])
  })
})

async function began() {
  const log = memoryLog()
  const time = new ManualTime()
  const definition = workAgent({ body: controlledBody().body })
  const process = await startProcess({ log, time, agents: [definition] })
  for (const id of ['1', '2']) await process.runtime.start(definition, { id })
  await settle()
  const died = () => process.runtime.close()
  return { log, time, definition, process, died }
}

/** A record that anyone who may write to the store could append. */
async function damage(log: MemoryLog, operation: PatchOperation): Promise<void> {
  const store = memoryStore(log)
  const head = (await eventsOf(log, 'work-1')).at(-1)?.revision ?? 'no_stream'
  const refold = { v: 0, agent: 'work@1', at: 1, input: { kind: 'event' }, body: { patch: [operation as never] } }
  const event = { id: systemWorld.newId(), type: 'note', data: {}, metadata: { refold } }
  await store.append('work-1', [event], { expected: head })
  await store.close()
}

describe('RCV-32 a stream that cannot be read for a while', () => {
  test('holds up neither the feed nor the sweeps for other agents, and is reported once', async () => {
    const { log, time, definition, process: living } = await began()
    const faulty = new Set<string>()
    const watcher = await startProcess({
      log,
      time,
      agents: [definition],
      prepare: ({ store }) => failReads(store, faulty),
    })
    const held = await watcher.runtime.attach(definition, '1')
    const seen = await watcher.runtime.attach(definition, '2')
    faulty.add('work-1')
    const send = async (id: string, text: string) =>
      (await living.runtime.attach(definition, id)).send({ type: 'note', text })
    await send('1', 'a')
    await settle()
    for (const text of ['b', 'c', 'd']) await send('2', text)
    await time.advance(1_000)
    expect(seen.getSnapshot().context.notes).toEqual(['b', 'c', 'd'])
    expect(held.getSnapshot().context.notes).toEqual([])
    expect(watcher.reports).toMatchObject([{ code: 'STORE_REJECTED', agent: { id: '1' } }])
    const store = memoryStore(log)
    failReads(store, faulty)
    const plan = await planRecovery({ store, agents: [definition] })
    expect(plan.troubled).toMatchObject([{ agent: { id: '1' }, code: 'STORE_REJECTED' }])
    expect(plan.owned).toMatchObject([{ agent: { id: '2' } }])
    living.die()
    await time.advance(LEASE_MS * 3)
    expect(watcher.takenOver.map(({ agent }) => agent.id)).toContain('2')
    faulty.clear()
    await time.advance(LEASE_MS)
    expect(held.getSnapshot().context.notes).toEqual(['a'])
    expect(watcher.reports.filter(({ agent }) => agent?.id === '1')).toHaveLength(1)
  })
})

function failReads(store: { read: Store['read'] }, streams: ReadonlySet<string>): void {
  const read = store.read.bind(store)
  store.read = async function* (stream, options) {
    if (streams.has(stream)) throw new RefoldError('STORE_REJECTED', 'not now')
    yield* read(stream, options)
  }
}
