import { afterEach, describe, expect, it, vi } from 'vitest'
import { consoleLogger } from './console-logger.js'
import { systemClock } from './system-clock.js'
import { createWorld, systemWorld } from './system-world.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('systemClock', () => {
  it('tells the wall clock and a clock that never goes back', () => {
    const before = Date.now()
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
    const earlier = systemClock.monotonicNow()
    expect(systemClock.monotonicNow()).toBeGreaterThanOrEqual(earlier)
  })

  it('calls back once after the delay', () => {
    vi.useFakeTimers()
    const callback = vi.fn<() => void>()
    systemClock.setTimer(callback, 50)
    vi.advanceTimersByTime(49)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('does not call back after a cancel, and takes a second cancel', () => {
    vi.useFakeTimers()
    const callback = vi.fn<() => void>()
    const cancel = systemClock.setTimer(callback, 50)
    cancel()
    cancel()
    vi.advanceTimersByTime(100)
    expect(callback).not.toHaveBeenCalled()
  })

  it('refuses a delay that setTimeout would turn into none', () => {
    expect(() => systemClock.setTimer(() => {}, 2 ** 31)).toThrow(expect.objectContaining({ code: 'INVARIANT' }))
  })
})

describe('createWorld', () => {
  it('replaces the parts it is given and keeps the system for the others', () => {
    const random = () => 0.5
    const world = createWorld({ random })
    expect(world.random).toBe(random)
    expect(world.clock).toBe(systemClock)
    expect(world.logger).toBe(systemWorld.logger)
  })
})

describe('consoleLogger', () => {
  it('LOG-7 writes warnings, errors and what charts log, with their facts, and nothing else', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    consoleLogger.log('debug', 'a')
    consoleLogger.log('info', 'b')
    consoleLogger.log('warn', 'c', { revision: 3n, cause: new Error('no') })
    consoleLogger.log('error', 'd')
    expect(warn.mock.calls).toEqual([['refold: info: b'], ['refold: warn: c {"revision":"3","cause":"Error: no"}']])
    expect(error.mock.calls).toEqual([['refold: error: d']])
    expect(log).not.toHaveBeenCalled()
  })

  it('does not throw for facts that are no JSON', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    consoleLogger.log('warn', 'odd', cycle)
    expect(warn).toHaveBeenCalledTimes(1)
  })
})
