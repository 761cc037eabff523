/** A shadow replay of many histories. */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { orderOf, shop } from './orders.fixture.js'
import type { Release } from './orders.fixture.js'
import { verifyAgents } from './verify-agents.js'
import type { VerifyAgentsOptions } from './verify-agents.js'
import { VerifyReport } from './verify-report.js'

async function reported(options: VerifyAgentsOptions): Promise<VerifyReport> {
  const report = new VerifyReport()
  for await (const history of verifyAgents(options)) report.add(history)
  return report
}

async function market(count: number) {
  const { log, order } = await shop()
  for (let n = 0; n < count; n++) await order(100 + n, 'rush', 'pay')
  const store = memoryStore(log)
  return { store, with: (release: Release) => ({ store, agents: [orderOf(release)] }) }
}

describe('verifying many agents', () => {
  test('VER-12 what is alike is one group, over revisions and effects of their own', async () => {
    const { log, order } = await shop()
    for (let n = 0; n < 3; n++) await order(100 + n, ...Array.from({ length: n }, () => 'rush'), 'pay')
    await order(20_000, 'pay')
    const options = { store: memoryStore(log), agents: [orderOf({ charge: (cents) => cents + 1, largeFrom: 50_000 })] }
    const report = await reported(options)
    expect(report).toMatchObject({ agents: 4, differing: 4, differingAgents: 4, isSame: false })
    expect(report.groups).toMatchObject([
      {
        definition: 'order',
        version: 1,
        records: 3,
        agents: 3,
        streams: ['order-1', 'order-2', 'order-3'],
        example: { revision: 1, type: 'pay', places: [{ kind: 'effect', recorded: 100, today: 101 }] },
      },
      { records: 1, agents: 1, streams: ['order-4'], example: { guard: 'isLarge' } },
    ])
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      isSame: false,
      agents: 4,
      groups: [{}, {}],
      unsteady: [],
    })
  })

  test('VER-10 VER-11 VER-8 agents without a place, without code, and those that cannot be read are told in groups', async () => {
    const { log, order } = await shop()
    for (let n = 0; n < 7; n++) await order(20_000, 'pay')
    const store = memoryStore(log)
    const renamed = await reported({ store, agents: [orderOf({ checking: 'review' })] })
    expect(renamed.noPlace).toEqual([
      {
        definition: 'order',
        version: 1,
        missing: 'state "checking"',
        agents: 7,
        streams: expect.any(Array) as string[],
      },
    ])
    expect(renamed.noPlace[0]?.streams).toHaveLength(5)
    const later = await shop()
    for (const rushes of [[], ['rush']]) await later.order(20_000, ...rushes)
    const delayed = await reported({ store: memoryStore(later.log), agents: [orderOf({ remindAfterMs: 5 })] })
    expect(delayed.noPlace).toMatchObject([{ agents: 2 }])
    const newer = await reported({ store, agents: [orderOf({ version: 2 })] })
    expect(newer).toMatchObject({ isSame: false, noCode: [{ agents: 7, active: 7, hasOtherVersion: true }] })
    const damaged: Pick<Store, 'read' | 'directory'> = {
      directory: store.directory,
      read: async function* (stream) {
        for await (const page of store.read(stream)) yield stream === 'order-3' ? page.slice(1) : page
      },
    }
    const report = await reported({ store: damaged, agents: [orderOf()] })
    expect(report).toMatchObject({
      agents: 7,
      differing: 0,
      isSame: false,
      troubles: [{ code: 'UNREADABLE', streams: ['order-3'] }],
    })
  })

  test('VER-8 of definitions that have no code here nothing is read, and they are no difference', async () => {
    const { store } = await market(2)
    const { defineAgent } = await import('../definition/define-agent.js')
    const { setup } = await import('xstate')
    const other = defineAgent({ name: 'other', version: 1, machine: setup({}).createMachine({}) })
    const report = await reported({ store, agents: [other] })
    expect(report).toMatchObject({
      agents: 2,
      records: 0,
      isSame: true,
      noCode: [{ hasOtherVersion: false, agents: 2 }],
    })
  })

  test('VER-13 answers come in the order of the directory, few histories are under way, and a signal ends them', async () => {
    const market40 = await market(40)
    let [reading, most] = [0, 0]
    const counted: Pick<Store, 'read' | 'directory'> = {
      directory: market40.store.directory,
      read: async function* (stream, options) {
        most = Math.max(most, ++reading)
        await Promise.resolve()
        try {
          yield* market40.store.read(stream, options)
        } finally {
          reading--
        }
      },
    }
    const end = new AbortController()
    const seen: string[] = []
    for await (const { stream } of verifyAgents({ store: counted, agents: [orderOf()], signal: end.signal })) {
      seen.push(stream)
      if (seen.length === 20) end.abort()
    }
    expect(seen.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => `order-${n + 1}`))
    expect(seen.length).toBeLessThan(40)
    expect(most).toBeLessThanOrEqual(8)
    for await (const _ of verifyAgents({ store: counted, agents: [orderOf()] })) break
    expect(reading).toBe(0)
  })

  test('VER-12 agents are named, or those of a definition are meant, and an unknown one is refused', async () => {
    const { store, with: release } = await market(3)
    expect(await reported({ ...release({}), streams: ['order-2'] })).toMatchObject({ agents: 1, isSame: true })
    expect(await reported({ ...release({}), definition: 'order' })).toMatchObject({
      agents: 3,
      records: 12,
      decided: 12,
    })
    expect(await reported({ ...release({}), definition: 'orders' })).toMatchObject({ agents: 0 })
    await expect(reported({ ...release({}), streams: ['order-9'] })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const wrong of [{ agent: [] }, {}, { agents: [], since: 'now' }, { agents: [], codecs: {} }])
      await expect(reported({ store, ...wrong } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const bare = { agents: [], store: { read: () => store.read('order-1') } }
    await expect(reported(bare as never)).rejects.toMatchObject({ message: 'store.directory: must have find' })
  })
})
