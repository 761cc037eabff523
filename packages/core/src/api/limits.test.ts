/** Limits of effects: what counts against them, and what shares them. */
import { setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { CallPolicy } from '../definition/policy-types.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

/** Several agents of one definition, each at its effect. */
async function working(policy: CallPolicy<WorkInput, unknown>, agents = 2) {
  const [log, time, work] = [memoryLog(), new ManualTime(), controlledBody()]
  const definition = workAgent({ body: work.body, policy: { concurrency: 1, ...policy } })
  const process = await startProcess({ log, time, agents: [definition] })
  for (let id = 1; id <= agents; id++) await process.runtime.start(definition, { id: String(id) })
  await settle()
  return { time, work, process }
}

describe('EFF-12 a body whose time is over and that goes on', () => {
  const reconcile = () => Promise.resolve('unknown' as const)
  test.each<[string, CallPolicy<WorkInput, unknown>]>([
    ['idempotent', {}],
    ['idempotent with retries', { retry: { attempts: 3, delayMs: 10 } }],
    ['never-retry', { safety: 'never-retry' }],
    ['reconcilable', { safety: { reconcile } }],
  ])('EFF-12 keeps its slot until it ends, %s', async (_what, policy) => {
    const { time, work } = await working({ timeoutMs: 1_000, ...policy })
    await time.advance(1_000)
    await time.advance(30_000)
    expect(work.runs).toHaveLength(1)
    work.last.resolve('late')
    await time.advance(100)
    expect(work.runs).toHaveLength(2)
  })
})

describe('EFF-27 a limit', () => {
  /** A machine that uses logic at two places, one of them in a child machine. */
  function twice(name: string, logics: readonly [Logic, Logic], effects?: Record<string, unknown>) {
    const [first, second] = logics
    const child = setup({ actors: { inner: second } }).createMachine({ invoke: { src: 'inner', input: { job: 'b' } } })
    const machine = setup({ actors: { outer: first, child } }).createMachine({
      type: 'parallel',
      states: { a: { invoke: { src: 'outer', input: { job: 'a' } } }, b: { invoke: { src: 'child' } } },
    })
    return defineAgent({
      name,
      version: 1,
      machine,
      ...(effects === undefined ? undefined : { effects }),
    })
  }
  type Logic = ReturnType<typeof logicOf>
  function logicOf(work: ControlledBody, policy?: CallPolicy<WorkInput, never>) {
    return effect<never, WorkInput>(work.body, policy)
  }
  async function bodiesOf(work: ControlledBody, definitions: readonly ReturnType<typeof twice>[]): Promise<number> {
    const process = await startProcess({ log: memoryLog(), time: new ManualTime(), agents: definitions })
    for (const definition of definitions) await process.runtime.start(definition, { id: '1' })
    await settle()
    return work.runs.length
  }

  test('EFF-27 belongs to the effect: one for all the places where it is used', async () => {
    const work = controlledBody()
    const logic = logicOf(work, { concurrency: 1 })
    expect(await bodiesOf(work, [twice('one', [logic, logic]), twice('two', [logic, logic])])).toBe(1)
  })

  test('EFF-27 of a definition belongs to its source', async () => {
    const work = controlledBody()
    const logic = logicOf(work)
    const effects = { outer: { concurrency: 1 }, 'child.inner': { concurrency: 1 } }
    expect(await bodiesOf(work, [twice('one', [logic, logic], effects)])).toBe(2)
  })

  test('EFF-27 with a name is shared by all sources that name it, each by its own number', async () => {
    const work = controlledBody()
    const gpu = (concurrency: number) => logicOf(work, { concurrency, limit: 'gpu' })
    expect(await bodiesOf(work, [twice('one', [gpu(1), gpu(2)]), twice('two', [gpu(2), gpu(2)])])).toBe(2)
    const defined = controlledBody()
    const effects = { outer: { concurrency: 1, limit: 'gpu' }, 'child.inner': { concurrency: 1, limit: 'gpu' } }
    expect(await bodiesOf(defined, [twice('one', [logicOf(defined), logicOf(defined)], effects)])).toBe(1)
  })

  test('EFF-27 a name without a number is refused', () => {
    const work = controlledBody()
    expect(() => twice('one', [logicOf(work, { limit: 'gpu' }), logicOf(work)])).toThrow(/names the limit 'gpu'/)
    expect(() => logicOf(work, { concurrency: 1, limit: '' })).toThrow(/not empty/)
  })
})

describe('EFF-28 a line for slots that does not move', () => {
  test('EFF-28 is reported with those who hold and those who wait: a body may wait for what waits for it', async () => {
    const { time, work, process } = await working({}, 3)
    await time.advance(59_000)
    expect(process.reports).toEqual([])
    await time.advance(1_000)
    expect(process.reports).toMatchObject([
      { code: 'SLOTS_HELD', facts: { held: ['work-1'], waiting: ['work-2', 'work-3'] } },
    ])
    await time.advance(300_000)
    expect(process.reports).toHaveLength(1)
    work.last.resolve('done')
    await time.advance(61_000)
    expect(process.reports).toMatchObject([{}, { facts: { held: ['work-2'], waiting: ['work-3'] } }])
  })

  test('EFF-28 not before the time that an attempt may take, nor when no one waits', async () => {
    const slow = await working({ timeoutMs: 600_000 })
    await slow.time.advance(599_000)
    expect(slow.process.reports).toEqual([])
    const alone = await working({}, 1)
    await alone.time.advance(600_000)
    expect(alone.process.reports).toEqual([])
  })
})
