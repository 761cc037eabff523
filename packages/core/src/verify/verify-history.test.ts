/** What today's code says to what was recorded. */
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventsOf, startProcess } from '../api/process.fixture.js'
import { memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import type { StoredEvent } from '../store/port.js'
import { orderOf, ran, shop } from './orders.fixture.js'
import type { Release } from './orders.fixture.js'
import { verifyHistory } from './verify-history.js'
import type { VerifiedHistory } from './verified.js'

async function verified(log: MemoryLog, stream: string, ...releases: readonly Release[]): Promise<VerifiedHistory> {
  const agents = (releases.length === 0 ? [{}] : releases).map(orderOf)
  return verifyHistory(memoryStore(log), stream, { agents })
}

const RICHER = [{ op: 'replace', path: '/root/context/cents', value: 5_000 }] as const

/** A source of these events. */
function sourceOf(events: readonly StoredEvent[]) {
  return {
    read: async function* (stream: string) {
      yield events.filter((event) => event.stream === stream)
    },
  }
}

describe('verifying a history', () => {
  let log: MemoryLog
  let order: Awaited<ReturnType<typeof shop>>['order']
  let process: Awaited<ReturnType<typeof shop>>['process']
  beforeEach(async () => {
    ;({ log, order, process } = await shop())
  })

  test('VER-1 the same code finds no difference', async () => {
    const stream = await order(20_000, 'rush', 'pay', 'ok')
    expect(await verified(log, stream)).toMatchObject({
      agent: { name: 'order', id: '1' },
      version: 1,
      status: 'ended',
      code: 'here',
      records: 5,
      decided: 5,
      differing: 0,
      differences: [],
      unsteady: [],
      noPlace: [],
    })
  })

  test('VER-2 nothing is appended, and no body and no custom action runs', async () => {
    const stream = await order(500)
    await process.time.advance(60_000)
    const agent = await process.runtime.attach(orderOf() as never, '1')
    await agent.send({ type: 'pay' } as never)
    await process.time.advance(1)
    const before = await eventsOf(log, stream)
    const [bodies, actions] = [ran.bodies, ran.actions]
    expect(actions).toBeGreaterThan(0)
    expect(await verified(log, stream)).toMatchObject({ records: 4, decided: 4, differing: 0 })
    expect(await eventsOf(log, stream)).toEqual(before)
    expect(ran).toEqual({ bodies, actions })
  })

  test('VER-7 a changed guard is named, with both transitions', async () => {
    const stream = await order(20_000, 'rush', 'pay', 'ok')
    const { differing, differences } = await verified(log, stream, { largeFrom: 50_000 })
    expect(differing).toBe(1)
    expect(differences).toMatchObject([
      {
        revision: 2,
        type: 'pay',
        states: ['cart'],
        records: 1,
        guard: 'isLarge',
        places: [
          { kind: 'target', path: '/root/value', recorded: 'checking', today: 'charging' },
          { kind: 'effect' },
          { kind: 'child' },
        ],
        transitions: {
          recorded: [{ from: 'order.cart', event: 'pay', guard: 'isLarge', targets: ['order.checking'], actions: [] }],
          today: [{ from: 'order.cart', event: 'pay', targets: ['order.charging'], actions: [] }],
        },
      },
    ])
  })

  test('VER-3 VER-6 a changed assign is told with its values and its action, once for each record that it decides', async () => {
    const stream = await order(100, 'rush', 'rush', 'pay')
    const { differing, differences } = await verified(log, stream, { rush: (cents) => cents + 700 })
    expect(differing).toBe(2)
    expect(differences).toMatchObject([
      {
        revision: 1,
        records: 2,
        type: 'rush',
        actions: ['addRush'],
        places: [{ kind: 'context', path: '/root/context/cents', recorded: 600, today: 800 }],
      },
    ])
  })

  test('VER-6 a changed input of an effect, delay, emitted event and action are told', async () => {
    const stream = await order(100)
    await process.time.advance(60_000)
    await (await process.runtime.attach(orderOf() as never, '1')).send({ type: 'pay' } as never)
    await process.time.advance(1)
    const kindsOf = async (release: Release) =>
      (await verified(log, stream, release)).differences.map(({ type, places: [place] }) => [
        type,
        place?.kind,
        place?.path,
      ])
    expect(await kindsOf({ charge: (cents) => cents * 2 })).toEqual([['pay', 'effect', '/effects/2.0/input/cents']])
    expect(await kindsOf({ word: 'sold' })).toEqual([['refold.effect.done', 'emitted', '/emit/0/type']])
    expect(await kindsOf({ notify: 'post' })).toEqual([['refold.timer.fired', 'action', '/actions/0/params/by']])
    expect(await kindsOf({ remindAfterMs: 30_000 })).toEqual([
      ['refold.started', 'timer', '/timers/0.t0/id'],
      ['refold.timer.fired', 'place', ''],
    ])
  })

  test('VER-4 what a schema fills in now, and what it refuses, is a difference', async () => {
    const stream = await order(100, 'rush')
    expect((await verified(log, stream, { note: z.string().default('none') })).differences).toMatchObject([
      { type: 'rush', places: [{ kind: 'payload', path: '/data/note', today: 'none' }] },
    ])
    expect((await verified(log, stream, { note: z.string() })).differences).toMatchObject([
      { type: 'rush', places: [{ kind: 'refused', path: '', today: { code: 'INVALID_EVENT' } }] },
    ])
  })

  test('VER-10 a renamed state leaves an agent that waits in it without a place', async () => {
    const stream = await order(20_000, 'pay')
    const { differences, noPlace } = await verified(log, stream, { checking: 'review' })
    expect(differences).toMatchObject([
      { type: 'pay', places: [{ kind: 'target', recorded: 'checking', today: 'review' }], guard: 'isLarge' },
    ])
    expect(noPlace).toEqual(['state "checking"'])
    const ended = await order(20_000, 'pay', 'ok')
    const after = await verified(log, ended, { checking: 'review' })
    expect(after.noPlace).toEqual([])
    expect(after.differences.map(({ type, places: [place] }) => [type, place?.kind])).toEqual([
      ['pay', 'target'],
      ['ok', 'place'],
    ])
  })

  test('VER-7 the transitions of an older chart are named by the chart that was stored', async () => {
    const stream = await order(20_000, 'pay')
    const release = { isLonger: true, largeFrom: 50_000 }
    expect((await verified(log, stream, { isLonger: true })).differences).toEqual([])
    expect((await verified(log, stream, release)).differences).toMatchObject([
      {
        guard: 'isLarge',
        transitions: {
          recorded: [{ from: 'order.cart', targets: ['order.checking'] }],
          today: [{ from: 'order.cart' }],
        },
      },
    ])
  })

  test('VER-6 a chart that throws today, and one that threw, is told as a block', async () => {
    const stream = await order(100, 'pay')
    const read = (): string => {
      throw new Error('no receipt')
    }
    const [throws] = (await verified(log, stream, { read })).differences
    expect(throws).toMatchObject({ type: 'refold.effect.done', states: ['charging'] })
    expect(throws?.places[0]).toEqual({ kind: 'blocked', path: '/agent/blocked', today: 'no receipt' })
    const broken = await shop({ read })
    const blocked = await broken.order(100, 'pay')
    expect((await verified(broken.log, blocked, { read })).differences).toEqual([])
    const [threw] = (await verified(broken.log, blocked)).differences
    expect(threw?.places[0]).toEqual({ kind: 'blocked', path: '/agent/blocked', recorded: 'no receipt' })
  })

  test('VER-9 code that reads a clock or chance is told as not deterministic', async () => {
    const stream = await order(100, 'rush', 'rush', 'pay')
    for (const rush of [() => Date.now(), () => Math.random()])
      expect(await verified(log, stream, { rush })).toMatchObject({
        differing: 0,
        differences: [],
        unsteady: [{ type: 'rush', path: '/root/context/cents', records: 2 }],
      })
    const both = await verified(log, stream, { rush: () => Math.random(), charge: (cents) => cents + 1 })
    expect(both.unsteady).toHaveLength(1)
    expect(both.differences).toMatchObject([{ type: 'pay', places: [{ kind: 'effect' }] }])
  })

  test('VER-5 each record is decided by the version of its time, and a migration by the one that it led to', async () => {
    const two: Release = { version: 2, rush: (cents) => cents + 900 }
    const stream = await order(100, 'rush')
    await process.runtime.close()
    const next = await startProcess({ log, agents: [orderOf(), orderOf(two)] })
    const moved = await next.runtime.migrate(orderOf(two) as never, '1', { patch: RICHER })
    await moved.send({ type: 'rush' } as never)
    expect(await verified(log, stream, {}, two)).toMatchObject({ version: 2, records: 4, decided: 4, differing: 0 })
    expect(await verified(log, stream, two)).toMatchObject({ decided: 2, undecided: { 'no-code': 2 }, differing: 0 })
    const changed = await verified(log, stream, { rush: () => 1 }, { ...two, rush: () => 1 })
    expect(changed.differences).toMatchObject([
      { revision: 1, version: 1, type: 'rush' },
      { revision: 3, version: 2, type: 'rush' },
    ])
    const renamed = await verified(log, stream, {}, { ...two, remindAfterMs: 5 })
    expect(renamed.differences).toMatchObject([
      { revision: 2, type: 'refold.migrated', places: [{ kind: 'refused', today: { code: 'NEEDS_MIGRATION' } }] },
      { revision: 3, places: [{ kind: 'place' }] },
    ])
  })

  test('VER-8 what cannot be decided again is counted with why', async () => {
    const stream = await order(20_000, 'pay')
    const agent = await process.runtime.attach(orderOf() as never, '1')
    await agent.pause()
    const found = await verified(log, stream, { version: 2 })
    expect(found).toMatchObject({ code: 'other-version', decided: 0, undecided: { 'no-code': 3 }, differing: 0 })
    expect(await verified(log, stream)).toMatchObject({ decided: 2, undecided: { 'no-chart': 1, 'no-code': 0 } })
    const foreign = { ...(await eventsOf(log, stream))[2], metadata: null } as StoredEvent
    const events = [...(await eventsOf(log, stream)).slice(0, 2), foreign]
    expect(await verifyHistory(sourceOf(events), stream, { agents: [orderOf()] })).toMatchObject({
      decided: 2,
      undecided: { foreign: 1 },
    })
  })

  test('VER-11 a history that cannot be folded is told up to where it can', async () => {
    const stream = await order(100, 'rush', 'pay')
    const events = await eventsOf(log, stream)
    const damaged = structuredClone(events) as unknown as {
      metadata: { refold: { body: { patch: { path: string }[] } } }
    }[]
    ;(damaged[2] as (typeof damaged)[number]).metadata.refold.body.patch[0]!.path = '/state/nowhere/at/all'
    const found = await verifyHistory(sourceOf(damaged as never), stream, { agents: [orderOf({ rush: () => 1 })] })
    expect(found).toMatchObject({ differing: 1, trouble: { revision: 2, error: { code: 'UNREADABLE' } } })
    const cut = await verifyHistory(sourceOf(events.filter((_, at) => at !== 1)), stream, { agents: [orderOf()] })
    expect(cut).toMatchObject({ records: 1, trouble: { revision: 1, error: { code: 'UNREADABLE' } } })
    await expect(verified(log, 'order-none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('VER-2 records before a time are folded only', async () => {
    const stream = await order(100, 'rush')
    await process.time.advance(10_000)
    await (await process.runtime.attach(orderOf() as never, '1')).send({ type: 'rush' } as never)
    const since = process.clock.now() - 5_000
    const agents = [orderOf({ rush: (cents) => cents + 1 })]
    const found = await verifyHistory(memoryStore(log), stream, { agents, since })
    expect(found).toMatchObject({ records: 3, decided: 1, differing: 1, differences: [{ revision: 2 }] })
  })
})
