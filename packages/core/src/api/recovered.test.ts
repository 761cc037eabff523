/** What the start of a process says that it took up, and what it told of meanwhile: one and the same. */
import { setup } from 'xstate'
import { expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import type { TakenOver } from '../public/taken-over.js'
import { ManualTime } from './manual-time.fixture.js'
import { outcomeOf, outliveLease, startProcess } from './process.fixture.js'

const never = effect<never, undefined>(() => new Promise(() => {}))
const atOnce = effect<string, undefined>(async () => 'done')

/** Waits for a timer, or for one or two effects. */
const agent = defineAgent({
  name: 'agent',
  version: 1,
  machine: setup({ types: { input: {} as { state: string } }, actors: { never, atOnce } }).createMachine({
    initial: 'parting',
    states: {
      parting: { on: { sleep: 'sleeping', work: 'working', hurry: 'hurrying' } },
      sleeping: { after: { 1_000: 'parting' } },
      working: { invoke: [{ src: 'never' }, { src: 'never' }] },
      hurrying: { invoke: { src: 'atOnce', onDone: 'ended' } },
      ended: { type: 'final' },
    },
  }),
})

function countsOf(taken: readonly TakenOver[]): { readonly agents: number; readonly effects: number } {
  return { agents: taken.length, effects: taken.reduce((sum, { effects }) => sum + effects, 0) }
}

/** Agents of all kinds that no one performs. */
async function left() {
  const log = memoryLog()
  const time = new ManualTime()
  const client = await startProcess({ log, time, agents: [agent], worker: false })
  for (const [type, ids] of [
    ['sleep', ['s1', 's2', 's3']],
    ['work', ['w1', 'w2']],
    ['hurry', ['h1', 'h2']],
  ] as const)
    for (const id of ids) await (await client.runtime.start(agent, { id, input: { state: type } })).send({ type })
  await client.runtime.close()
  return { log, time }
}

test('RCV-33 recovered counts what onTakeover was told of: timers that were overdue, and agents that ended at once, too', async () => {
  const { log, time } = await left()
  await time.advance(5_000)
  const worker = await startProcess({ log, time, agents: [agent] })
  const recovered = await worker.runtime.recovered
  expect(countsOf(worker.takenOver)).toEqual({ agents: 7, effects: 6 })
  expect(recovered).toMatchObject({ agents: 7, effects: 6, overdueTimers: 3 })
  await worker.runtime.close()
})

test('RCV-33 agents that this process starts itself meanwhile are none of them', async () => {
  const { log, time } = await left()
  const worker = await startProcess({ log, time, agents: [agent], worker: { takeoverAfterMs: 500 } })
  await (await worker.runtime.start(agent, { id: 'own', input: { state: '' } })).send({ type: 'work' })
  await (await worker.runtime.attach(agent, 'w1')).send({ type: 'work' }).catch(() => {})
  await time.advance(500)
  const recovered = await worker.runtime.recovered
  expect(worker.takenOver).toHaveLength(4)
  expect(recovered).toMatchObject(countsOf(worker.takenOver))
  await worker.runtime.close()
})

test('RCV-33 what is taken over later is told, and not counted any more', async () => {
  const { log, time } = await left()
  const first = await startProcess({ log, time, agents: [agent] })
  await first.runtime.recovered
  first.die()
  const second = await startProcess({ log, time, agents: [agent] })
  const recovered = await second.runtime.recovered
  expect([recovered.agents, second.takenOver]).toEqual([0, []])
  await outliveLease(time)
  expect(second.takenOver.length).toBeGreaterThan(0)
  await second.runtime.close()
})

test('RCV-33 a look at the directory that fails in the middle counts nothing twice and forgets nothing', async () => {
  const { log, time } = await left()
  let finds = 0
  const worker = await startProcess({
    log,
    time,
    agents: [agent],
    prepare: ({ store }) => {
      const { find } = store.directory
      const failing = async function* (query: Parameters<typeof find>[0]): ReturnType<typeof find> {
        if (query?.dueBefore !== undefined && finds++ === 0) throw new Error('gone for a moment')
        yield* find.call(store.directory, query)
      }
      Object.defineProperty(store, 'directory', { value: { ...store.directory, find: failing } })
    },
  })
  await time.advance(100)
  expect(await worker.runtime.recovered).toMatchObject(countsOf(worker.takenOver))
  expect(worker.takenOver).toHaveLength(4)
  await worker.runtime.close()
})

test.each(['in-doubt', 'blocked', undefined] as const)(
  'RCV-33 so it is where it is asked what stands still: condition %s',
  async (condition) => {
    let finds = 0
    const worker = await startProcess({
      log: memoryLog(),
      agents: [agent],
      prepare: ({ store }) => {
        const { find } = store.directory
        const failing = async function* (query: Parameters<typeof find>[0]): ReturnType<typeof find> {
          const isAsked = query?.status === 'active' && query.dueBefore === undefined && query.condition === condition
          if (isAsked && finds++ < 2) throw new Error('gone for a moment')
          yield* find.call(store.directory, query)
        }
        Object.defineProperty(store, 'directory', { value: { ...store.directory, find: failing } })
      },
    })
    await worker.time.advance(1_000)
    expect(await outcomeOf(worker.runtime.recovered)).toMatchObject({ value: { blocked: 0, inDoubt: 0, reports: [] } })
    expect(worker.reports).toEqual([])
    expect(finds).toBeGreaterThan(2)
    await worker.runtime.close()
  },
)
