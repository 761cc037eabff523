/** What observers count, by real runtimes. */
import { describe, expect, test } from 'vitest'
import { controlledBody } from '../api/controlled-body.fixture.js'
import { createRuntime } from '../api/create-runtime.js'
import { workAgent } from '../api/work-agent.fixture.js'
import type { WorkOptions } from '../api/work-agent.fixture.js'
import type { RuntimeEvent, RuntimeObserver } from '../public/runtime-event.js'
import { memoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { agentMetrics } from './agent-metrics.js'
import { observeAttempts } from './attempts.js'
import type { BegunAttempt, EndedAttempt } from './attempts.js'
import type { MetricFamily } from './metric-family.js'
import { createMetrics } from './metrics.js'

const RETRY = { retry: { attempts: 2, delayMs: 0 } } as const

/** The series of a metric, without histograms' buckets: `a,b` of its labels, and the value. */
function seriesOf(families: readonly MetricFamily[], name: string): Readonly<Record<string, number>> {
  const samples = families.find((family) => family.name === name)?.samples ?? []
  const shown = samples.filter(({ suffix }) => suffix === undefined || suffix === '_count')
  return Object.fromEntries(shown.map(({ labels, value }) => [Object.values(labels).join(','), value]))
}

function setUp(observers: readonly RuntimeObserver[], policy: NonNullable<WorkOptions['policy']> = {}) {
  const control = controlledBody()
  const definition = workAgent({ body: control.body, policy })
  const store = memoryStore()
  return { control, definition, store, opened: createRuntime({ store, agents: [definition], observers }) }
}

describe('attempts', () => {
  test('OBS-11 are told once, in order, with how they ended, what they threw and what was used', async () => {
    const [begun, ended]: [BegunAttempt[], EndedAttempt[]] = [[], []]
    const observer = observeAttempts({ onBegun: (one) => begun.push(one), onEnded: (one) => ended.push(one) })
    const { control, definition, opened } = setUp([observer], RETRY)
    await using runtime = await opened
    const agent = await runtime.start(definition, { id: '1' })
    await agent.waitFor(() => control.runs.length === 1)
    control.last.args.usage({ inputTokens: 1 })
    control.last.reject(new Error('busy'))
    await expect.poll(() => control.runs.length).toBe(2)
    control.last.args.usage({ inputTokens: 7, outputTokens: 3, costUsd: 0.5 })
    control.last.resolve({ answer: 42 })
    await agent.waitFor((state) => state.effects.length === 0)
    await agent.send({ type: 'go' })
    await expect.poll(() => control.runs.length).toBe(3)
    control.last.reject(new Error('broken'))
    await expect.poll(() => control.runs.length).toBe(4)
    control.last.reject(new Error('broken for good'))
    await agent.waitFor((state) => state.effects.length === 0)
    await agent.send({ type: 'go' })
    await expect.poll(() => control.runs.length).toBe(5)
    expect(ended.map(({ attempt, outcome, usage, error }) => [attempt, outcome, usage, error])).toEqual([
      [1, 'retried', { inputTokens: 1 }, expect.objectContaining({ message: 'busy' })],
      [2, 'done', { inputTokens: 7, outputTokens: 3, costUsd: 0.5 }, undefined],
      [1, 'retried', undefined, expect.objectContaining({ message: 'broken' })],
      [2, 'failed', undefined, expect.objectContaining({ message: 'broken for good' })],
    ])
    expect(ended[0]).toMatchObject({ stream: 'work-1', definition: 'work', src: 'work', document: { src: 'work' } })
    expect(begun.map(({ waitedMs }) => waitedMs !== undefined)).toEqual([true, false, true, false, true])
  })

  test('OBS-11 tell of a body that the chart left, and of one that was taken out of this worker’s hands', async () => {
    const ended: EndedAttempt[] = []
    const { control, definition, opened } = setUp([observeAttempts({ onEnded: (one) => ended.push(one) })])
    await using runtime = await opened
    const agent = await runtime.start(definition, { id: '1' })
    await agent.waitFor(() => control.runs.length === 1)
    await agent.send({ type: 'leave' })
    await agent.send({ type: 'go' })
    await expect.poll(() => control.runs.length).toBe(2)
    await agent.pause()
    control.last.reject(control.last.args.signal.reason)
    await expect.poll(() => ended.map(({ outcome }) => outcome)).toEqual(['left', 'stopped'])
  })
})

describe('metrics', () => {
  test('OBS-12 count appends, records, attempts, waits and usage, and show what is in hand', async () => {
    const metrics = createMetrics()
    const { control, definition, opened } = setUp([metrics.observer], RETRY)
    await using runtime = await opened
    const agent = await runtime.start(definition, { id: '1' })
    await agent.waitFor(() => control.runs.length === 1)
    const inHand = metrics.read(runtime.load)
    expect(seriesOf(inHand, 'refold_effects_in_hand')).toEqual({ '': 1 })
    expect(seriesOf(inHand, 'refold_inputs_queued')).toEqual({ '': 0 })
    expect(seriesOf(inHand, 'refold_agents_capacity')).toEqual({})
    control.last.reject(new Error('busy'))
    await expect.poll(() => control.runs.length).toBe(2)
    control.last.args.usage({ inputTokens: 7 })
    control.last.resolve({})
    await agent.waitFor((state) => state.effects.length === 0)
    const families = metrics.read()
    expect(seriesOf(families, 'refold_appends_total')).toEqual({ 'work,stored': 3 })
    expect(seriesOf(families, 'refold_records_total')).toEqual({ work: 3 })
    expect(seriesOf(families, 'refold_effect_attempts_total')).toEqual({ 'work,work,retried': 1, 'work,work,done': 1 })
    expect(seriesOf(families, 'refold_effect_duration_seconds')).toEqual({ 'work,work': 2 })
    expect(seriesOf(families, 'refold_effect_wait_seconds')).toEqual({ work: 1 })
    expect(seriesOf(families, 'refold_effect_tokens_total')).toEqual({ 'work,work,input': 7 })
  })

  test('OBS-10 OBS-12 of two processes that hold one agent, each tells and counts what it wrote itself', async () => {
    const log = memoryLog()
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    const metrics = [createMetrics(), createMetrics()] as const
    const told: string[] = []
    const observer = (event: RuntimeEvent): void => {
      if (event.kind === 'recorded') told.push(event.written?.map(({ type }) => type).join() ?? 'of others')
    }
    const open = (observers: readonly RuntimeObserver[]) =>
      createRuntime({ store: memoryStore(log), agents: [definition], observers })
    await using one = await open([metrics[0].observer])
    await using other = await open([metrics[1].observer, observer])
    const agent = await one.start(definition, { id: '1' })
    const same = await other.attach(definition, '1')
    await agent.send({ type: 'note', text: 'a' })
    await same.waitFor(({ context }) => context.notes.length === 1)
    await same.send({ type: 'note', text: 'b' })
    expect(metrics.map((each) => seriesOf(each.read(), 'refold_records_total'))).toEqual([{ work: 2 }, { work: 1 }])
    expect(told).toEqual(['of others', 'note'])
  })

  test('OBS-12 count takeovers and reports', async () => {
    const log = memoryLog()
    const body = controlledBody()
    const policy = { safety: 'never-retry', timeoutMs: 1 } as const
    const definition = workAgent({ body: body.body, policy })
    {
      await using client = await createRuntime({ store: memoryStore(log), agents: [definition], worker: false })
      await client.start(definition, { id: '1' })
    }
    const metrics = createMetrics()
    const store = memoryStore(log)
    await using runtime = await createRuntime({
      store,
      agents: [definition],
      worker: { takeoverAfterMs: 0, closeGraceMs: 0 },
      observers: [metrics.observer],
      onReport: () => {},
    })
    await expect.poll(() => seriesOf(metrics.read(), 'refold_reports_total')).toEqual({ IN_DOUBT: 1 })
    expect(seriesOf(metrics.read(), 'refold_takeovers_total')).toEqual({ unowned: 1 })
    expect(seriesOf(metrics.read(), 'refold_effect_attempts_total')).toEqual({ 'work,work,doubted': 1 })
    const found = await agentMetrics(store.directory)
    expect(seriesOf(found, 'refold_effects_in_doubt')).toEqual({ '': 1 })
    expect(seriesOf(found, 'refold_agents')).toMatchObject({ 'in-doubt': 1, blocked: 0 })
    expect(runtime.load.effects).toBe(0)
    await (await runtime.attach(definition, '1')).pause()
    const paused = await agentMetrics(store.directory)
    expect(seriesOf(paused, 'refold_effects_in_doubt')).toEqual({ '': 1 })
    expect(seriesOf(paused, 'refold_agents')).toMatchObject({ 'in-doubt': 0, paused: 1 })
  })

  test('OBS-13 agents without an owner and overdue timers are counted, up to a bound', async () => {
    const asked: unknown[] = []
    const entry = { stream: 'work-1', inDoubt: 0, nextDueAt: 1_000 }
    const directory = {
      async *find(query: unknown) {
        asked.push(query)
        yield [entry] as never
      },
    }
    const found = await agentMetrics(directory, { clock: { now: () => 61_000 } })
    expect(seriesOf(found, 'refold_timer_lag_seconds')).toEqual({ '': 60 })
    expect(seriesOf(found, 'refold_agents_unowned')).toEqual({ '': 1 })
    expect(asked.every((query) => (query as { limit?: number }).limit === 1_000)).toBe(true)
    expect(asked).toHaveLength(6)
  })

  test('OBS-15 names without number make a bounded number of series', () => {
    const { observer, read } = createMetrics()
    for (let number = 0; number < 2_000; number++)
      void observer({ kind: 'conflict', stream: `made${number}-1` } satisfies RuntimeEvent)
    const appends = seriesOf(read(), 'refold_appends_total')
    expect(Object.keys(appends)).toHaveLength(501)
    expect(appends['other,other']).toBe(1_500)
  })
})
