/** A fault that is mistyped hits nothing, and a time that is none never ends: both would let a test pass, or hang. */
import { memoryLog, memoryStore } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { storeDifferential } from '../store-differential/store-differential.js'
import { checkInvariants } from './invariants.js'
import { Simulation } from './simulation.js'

const backing = () => {
  const log = memoryLog()
  return { open: () => memoryStore(log), dispose: () => {} }
}
const simulation = (options: object = {}) => new Simulation({ seed: 1, backing, ...options })
const refusal = (path: string): object => expect.objectContaining({ code: 'INVALID_INPUT', facts: { path } })

describe('REV-245 a simulation refuses', () => {
  test.each<[string, object]>([
    ['faults.fault', {}],
    ['faults.fault.kind', { fault: { kind: 'crsh', when: 'before' } }],
    ['faults.fault.when', { fault: { kind: 'crash', when: 'befor' } }],
    ['faults.fault.unseenMs', { fault: { kind: 'early-conflict' } }],
    ['faults.fault.stord', { fault: { kind: 'unknown', stord: true } }],
    ['faults.operation', { operation: 'appnd', fault: { kind: 'fatal' } }],
    ['faults.nth', { nth: 0, fault: { kind: 'fatal' } }],
    ['faults.times', { times: -1, fault: { kind: 'fatal' } }],
  ])('REV-245 the fault whose %s is none', (path, rule) => {
    expect(() => simulation({ faults: [rule] })).toThrow(refusal(path))
    expect(() => simulation().faults.add(rule as never)).toThrow(refusal(path))
  })

  test.each<[string, object]>([
    ['weather.delayMs', {}],
    ['weather.delayMs', { delayMs: [1] }],
    ['weather.unkown', { delayMs: [0, 1], unkown: 0.5 }],
    ['weather.slow', { delayMs: [0, 1], slow: 2 }],
  ])('REV-245 weather whose %s is none', (path, weather) => {
    expect(() => simulation({ weather })).toThrow(refusal(path))
    expect(() => simulation().faults.heal(weather as never)).toThrow(refusal(path))
  })

  test.each([Number.NaN, -1, Infinity, undefined as never])('REV-245 %s milliseconds', async (ms) => {
    const { advance, leap, until } = {
      advance: simulation().advance(ms),
      leap: simulation().leap(ms),
      until: simulation().until(Promise.resolve(), { withinMs: Number.isFinite(ms) ? ms : Number.NaN }),
    }
    await expect(advance).rejects.toEqual(refusal('durationMs'))
    await expect(leap).rejects.toEqual(refusal('durationMs'))
    await expect(until).rejects.toEqual(refusal('withinMs'))
  })

  test('REV-245 a second process of one name, and an option of its invariants that is not known', async () => {
    const one = simulation()
    one.process('a', { agents: () => [] })
    expect(() => one.process('a', { agents: () => [] })).toThrow(refusal('name'))
    await expect(checkInvariants(one, { alDelivered: true } as never)).rejects.toEqual(refusal('alDelivered'))
  })
})

test('SAME-1 one store alone is no comparison', async () => {
  const alone = storeDifferential({ stores: { memory: () => ({ connect: () => memoryStore() }) } })
  await expect(alone).rejects.toEqual(refusal('stores'))
})
