/** How often a fleet is counted. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FleetView } from '../contract/fleet.js'
import { FleetWatch } from './fleet-watch.js'

const EMPTY: FleetView = {
  agents: 0,
  groups: [],
  concerns: {
    blocked: 0,
    'in-doubt': 0,
    overdue: 0,
    'waits-for-a-person': 0,
    paused: 0,
    unowned: 0,
    unplaceable: 0,
  },
  at: 0,
  unknown: {},
}

describe('INS-32 a fleet', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** Each look takes so long. */
  function counted(tookMs: number) {
    let looks = 0
    let agents = 0
    let failure: Error | undefined
    const watch = new FleetWatch(async () => {
      looks++
      await new Promise((resolve) => setTimeout(resolve, tookMs))
      if (failure !== undefined) throw failure
      return { ...EMPTY, agents, at: looks }
    })
    const told: (number | string)[] = []
    const watcher = {
      fleet: (view: FleetView) => void told.push(view.agents),
      trouble: (error: unknown) => void told.push(String(error)),
    }
    return {
      watch,
      watcher,
      told,
      looks: () => looks,
      set: (count: number) => (agents = count),
      fail: (error: Error | undefined) => (failure = error),
    }
  }

  test('is not looked at while no one watches', async () => {
    const { watch, watcher, looks } = counted(10)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks()).toBe(0)
    const stop = watch.watch(watcher)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(looks()).toBeGreaterThan(3)
    stop()
    const before = looks()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks()).toBe(before)
  })

  test('is counted at most once a second and a tenth of the time, for all together', async () => {
    const { watch, watcher, looks } = counted(500)
    const stops = [watch.watch(watcher), watch.watch(watcher), watch.watch(watcher)]
    for (let asked = 0; asked < 100; asked++) void watch.view()
    await vi.advanceTimersByTimeAsync(50_000)
    expect(looks()).toBeLessThanOrEqual(11)
    expect(looks()).toBeGreaterThanOrEqual(9)
    for (const stop of stops) stop()
  })

  test('is told when it changed, and what keeps it from being counted', async () => {
    const { watch, watcher, told, set, fail } = counted(1)
    const stop = watch.watch(watcher)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(told).toEqual([0])
    set(7)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(told).toEqual([0, 7])
    fail(new Error('gone'))
    await vi.advanceTimersByTimeAsync(1_500)
    fail(undefined)
    await vi.advanceTimersByTimeAsync(5_000)
    expect([...new Set(told)]).toEqual([0, 7, 'Error: gone'])
    expect(told.at(-1)).toBe(7)
    stop()
  })
})
