/** Several processes on one log: who decides, who performs, and what a stale one says. */
import { describe, expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import type { FaultyStore } from './faulty-store.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, LEASE_MS, outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

function several(options: Partial<WorkOptions> = {}) {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, ...options })
  const start = (settings: { worker?: false } = {}) => startProcess({ log, time, agents: [definition], ...settings })
  return { log, time, work, definition, start, types: () => typesOf(log, 'work-1') }
}

/** Its feed says nothing any more: what others append is news to it. */
function deafen({ store }: { readonly store: FaultyStore }): void {
  store.externalAppends = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) })
}

describe('a process that has not heard of what others appended', () => {
  async function stale() {
    const { log, time, definition } = several({ initial: 'parked' })
    const first = await startProcess({ log, time, agents: [definition] })
    const agent = await first.runtime.start(definition, { id: '1' })
    const second = await startProcess({ log, time, agents: [definition], worker: false, prepare: deafen })
    const there = await second.runtime.attach(definition, '1')
    return { log, agent, there, first, second }
  }

  test('SND-9 OWN-4 decides an event on the newest state', async () => {
    const { log, agent, there } = await stale()
    await agent.send({ type: 'note', text: 'a' })
    expect((await there.send({ type: 'note', text: 'b' })).context.notes).toEqual(['a', 'b'])
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'note', 'note'])
  })

  test('SND-2 SND-7 refuses nothing that the newest state accepts', async () => {
    const { agent, there } = await stale()
    await agent.send({ type: 'go' })
    expect((await there.send({ type: 'leave' })).value).toBe('parked')
  })

  test('SND-2 names what the newest state accepts', async () => {
    const { agent, there } = await stale()
    await agent.send({ type: 'go' })
    await expect(there.send({ type: 'go' })).rejects.toMatchObject({
      code: 'EVENT_NOT_ACCEPTED',
      facts: { event: 'go', state: 'working', legal: expect.arrayContaining(['leave', 'note']) },
    })
  })

  test('can and legalEvents are asked of the newest state, and getSnapshot of the one at hand', async () => {
    const { agent, there } = await stale()
    await agent.send({ type: 'go' })
    expect(there.getSnapshot().can({ type: 'leave' })).toBe(false)
    expect(await there.can({ type: 'leave' })).toBe(true)
    expect(there.getSnapshot().can({ type: 'leave' })).toBe(true)
    expect((await there.legalEvents()).map(({ type }) => type)).toContain('leave')
  })

  test('SND-4 knows an id that another process took', async () => {
    const { log, agent, there } = await stale()
    await agent.send({ type: 'note', text: 'a' }, { id: 'n1' })
    expect((await there.send({ type: 'note', text: 'a' }, { id: 'n1' })).context.notes).toEqual(['a'])
    await expect(there.send({ type: 'note', text: 'other' }, { id: 'n1' })).rejects.toMatchObject({ code: 'ID_REUSED' })
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'note'])
  })
})

describe('a process without effects', () => {
  test('EFF-16 starts an agent whose effect a worker then begins', async () => {
    const { work, definition, start, types } = several({ policy: { safety: 'never-retry' } })
    const sender = await start({ worker: false })
    const agent = await sender.runtime.start(definition, { id: '1' })
    await settle()
    expect(work.runs).toHaveLength(0)
    await start()
    expect(work.runs).toHaveLength(1)
    work.last.resolve('paid')
    await settle()
    expect(await types()).toEqual(['refold.started', 'refold.claimed', 'refold.effect.started', 'refold.effect.done'])
    expect(agent.getSnapshot().context.result).toBe('paid')
  })

  test('makes an agent begin an effect, which its owner begins without being asked', async () => {
    const { work, definition, start } = several({ initial: 'parked' })
    const worker = await start()
    await worker.runtime.start(definition, { id: '1' })
    const sender = await start({ worker: false })
    const agent = await sender.runtime.attach(definition, '1')
    await agent.send({ type: 'go', job: 'second' })
    await settle()
    expect(work.runs.map(({ args }) => args.input.job)).toEqual(['second'])
    await agent.send({ type: 'leave' })
    await settle()
    expect(work.last.args.signal.aborted).toBe(true)
  })
})

describe('a worker that dies without a word', () => {
  test('OWN-8 is replaced after its lease and not before', async () => {
    const { time, work, definition, start, types } = several()
    const dead = await start()
    await dead.runtime.start(definition, { id: '1' })
    await settle()
    dead.die()
    await start()
    await time.advance(LEASE_MS - 1)
    expect(await types()).toEqual(['refold.started'])
    await outliveLease(time)
    expect(await types()).toEqual(['refold.started', 'refold.claimed', 'refold.effect.started'])
    expect(work.runs.map(({ args }) => [args.key, args.attempt])).toEqual([
      [work.last.args.key, 1],
      [work.last.args.key, 1],
    ])
  })

  test('OWN-35 is not taken for one while the store took nothing from anyone', async () => {
    const { log, time, definition, types } = several()
    const locked = new Set<FaultyStore>()
    const unlessLocked = async <R>(store: FaultyStore, write: () => Promise<R>): Promise<R> => {
      if (locked.has(store)) throw new RefoldError('STORE_REJECTED', 'the file is locked')
      return write()
    }
    /** As a file that one program locks for writing: it can be read all the time. */
    const lockable = ({ store }: { readonly store: FaultyStore }): void => {
      const { append, registers } = store
      const { put } = registers
      store.append = (...given) => unlessLocked(store, () => append.apply(store, given))
      registers.put = (...given) => unlessLocked(store, () => put(...given))
    }
    const start = () => startProcess({ log, time, agents: [definition], prepare: lockable })
    const owner = await start()
    await owner.runtime.start(definition, { id: '1' })
    const other = await start()
    await time.advance(LEASE_MS)
    for (const { store } of [owner, other]) locked.add(store)
    await time.advance(LEASE_MS * 1.5)
    locked.delete(other.store)
    await time.advance(LEASE_MS * 0.6)
    locked.delete(owner.store)
    await time.advance(LEASE_MS * 3)
    expect(await types()).toEqual(['refold.started'])
    owner.die()
    await outliveLease(time)
    expect(await types()).toContain('refold.claimed')
  })

  test('OWN-1 of two that see it exactly one claims, at a higher epoch, and only its body begins', async () => {
    const { log, time, work, definition, start } = several()
    const dead = await start()
    await dead.runtime.start(definition, { id: '1' })
    await settle()
    dead.die()
    await Promise.all([start(), start()])
    await outliveLease(time)
    const claims = (await eventsOf(log, 'work-1')).filter(({ type }) => type === 'refold.claimed')
    expect(claims).toHaveLength(1)
    expect(work.runs).toHaveLength(2)
  })

  test('OWN-9 an agent with nothing to perform is left alone', async () => {
    const { time, definition, start, types } = several({ initial: 'parked' })
    const dead = await start()
    await dead.runtime.start(definition, { id: '1' })
    dead.die()
    await start()
    await outliveLease(time)
    expect(await types()).toEqual(['refold.started'])
  })

  test('EFF-9 the pause before the next attempt goes on where it was', async () => {
    const { time, work, definition, start } = several({
      policy: { retry: { attempts: 3, delayMs: 60_000, jitter: false } },
    })
    const dead = await start()
    await dead.runtime.start(definition, { id: '1' })
    await settle()
    work.last.reject(new Error('busy'))
    await settle()
    dead.die()
    await start()
    await time.advance(59_999)
    expect(work.runs).toHaveLength(1)
    await time.advance(1)
    expect(work.runs.map(({ args }) => args.attempt)).toEqual([1, 2])
  })
})

describe('a worker that was stopped longer than its lease and wakes', () => {
  async function woken(policy: WorkOptions['policy']) {
    const all = several(policy === undefined ? {} : { policy })
    const first = await all.start()
    await first.runtime.start(all.definition, { id: '1' })
    await settle()
    const old = all.work.last
    first.die()
    const second = await all.start()
    await outliveLease(all.time)
    first.wake()
    return { ...all, first, second, old }
  }

  test('OWN-3 tells a success that is taken, says late, and aborts the newer attempt', async () => {
    const { log, time, work, old } = await woken(undefined)
    expect(work.runs).toHaveLength(2)
    const newer = obedient(work.last)
    old.resolve('from before')
    await time.advance(1)
    const last = (await eventsOf(log, 'work-1')).at(-1)
    expect(last).toMatchObject({
      type: 'refold.effect.done',
      data: { output: 'from before' },
      metadata: { refold: { epoch: 1, input: { late: true } } },
    })
    expect(newer.args.signal.aborted).toBe(true)
  })

  test('OWN-2 tells a failure that is dropped', async () => {
    const { log, time, work, old } = await woken({ retry: { attempts: 5 } })
    old.reject(new Error('from before'))
    await time.advance(1)
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'refold.claimed', 'refold.effect.started'])
    work.last.resolve('newer')
    await time.advance(1)
    expect(await typesOf(log, 'work-1')).toContain('refold.effect.done')
  })

  test('OWN-3 tells a definite failure of a payment, which is taken', async () => {
    const { log, time, work, second, definition, old } = await woken({ safety: 'never-retry' })
    expect(work.runs).toHaveLength(1)
    old.reject(new Error('card declined'))
    await time.advance(1)
    const agent = await second.runtime.attach(definition, '1')
    expect(agent.getSnapshot().context.error).toMatchObject({ message: 'card declined' })
    expect((await eventsOf(log, 'work-1')).at(-1)).toMatchObject({
      type: 'refold.effect.failed',
      metadata: { refold: { input: { late: true } } },
    })
  })

  test('OWN-7 reads what others did before it begins what it knew of', async () => {
    const { log, time, work, definition, start } = several({
      policy: { retry: { attempts: 3, delayMs: 5_000, jitter: false } },
    })
    const first = await startProcess({ log, time, agents: [definition], prepare: deafen })
    await first.runtime.start(definition, { id: '1' })
    await settle()
    work.last.reject(new Error('busy'))
    await settle()
    first.die()
    await start()
    await outliveLease(time)
    work.last.resolve('done elsewhere')
    await settle()
    first.wake()
    await time.advance(LEASE_MS)
    expect(work.runs).toHaveLength(2)
  })

  test('EFF-22 walks on to no further step', async () => {
    const { time, work, old } = await woken(undefined)
    const went: string[] = []
    const { step } = old.args
    void step('first', () => 'one')
      .then(() => step('second', () => went.push('second')))
      .catch(() => undefined)
    await time.advance(1)
    expect(went).toEqual([])
    expect(old.args.signal.aborted).toBe(true)
    expect(work.runs).toHaveLength(2)
  })
})
