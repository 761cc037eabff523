import { describe, expect, test } from 'vitest'
import type { Bound } from './floors.js'
import { boundText, exitCodeOf, isMissed, missedOf } from './judge.js'
import type { Row } from './judge.js'

const row = (bound: Bound | undefined, ...runs: readonly number[]): Row => ({
  work: 'W0',
  figure: 'ms',
  what: 'something, ms',
  runs,
  ...(bound === undefined ? {} : { bound }),
})

describe('a floor', () => {
  test('is held or missed by the median of the runs', () => {
    expect(isMissed(row({ side: 'most', floor: 10 }, 9, 10, 500))).toBe(false)
    expect(isMissed(row({ side: 'most', floor: 10 }, 9, 11, 11))).toBe(true)
    expect(isMissed(row({ side: 'least', floor: 0.45 }, 0.1, 0.45, 0.5))).toBe(false)
    expect(isMissed(row({ side: 'least', floor: 0.45 }, 0.44, 0.44, 0.9))).toBe(true)
    expect(isMissed(row({ side: 'exactly', floor: 11 }, 11, 11, 11))).toBe(false)
    expect(isMissed(row({ side: 'exactly', floor: 11 }, 12, 12, 11))).toBe(true)
  })

  test('is missed by a figure that was not measured', () => {
    expect(isMissed(row({ side: 'most', floor: 10 }, Number.NaN))).toBe(true)
    expect(isMissed(row({ side: 'most', floor: 10 }, 1, Number.NaN, 1))).toBe(true)
  })

  test('is not missed where there is only a goal, or nothing', () => {
    expect(isMissed(row({ side: 'most', goal: 1 }, 2))).toBe(false)
    expect(isMissed(row(undefined, 2))).toBe(false)
  })

  test('is shown with its goal', () => {
    expect(boundText({ side: 'least', floor: 0.45, goal: 0.6 })).toBe('≥ 0.45 (0.6)')
    expect(boundText({ side: 'most', goal: 0.3 })).toBe('(0.3)')
    expect(boundText({ side: 'exactly', floor: 11 })).toBe('= 11')
    expect(boundText(undefined)).toBe('')
  })
})

describe('the exit code', () => {
  const held = row({ side: 'most', floor: 10 }, 1)
  const missed = row({ side: 'most', floor: 10 }, 11)
  const skipped = { work: 'E3', skipped: 'no server' }

  test('is 1 with --floors when one is missed', () => {
    expect(exitCodeOf([held, missed, skipped], { floors: true })).toBe(1)
    expect(missedOf([held, missed, skipped])).toEqual([missed])
  })

  test('is 0 without it, and when all that was measured holds', () => {
    expect(exitCodeOf([held, missed], { floors: false })).toBe(0)
    expect(exitCodeOf([held, skipped], { floors: true })).toBe(0)
  })
})
