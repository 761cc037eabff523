import { expect, test } from 'vitest'
import { backoffMs } from './backoff.js'

const GROWING = { delayMs: 50, factor: 2, maxDelayMs: 2_000, jitter: false }
const random = (): number => 0

test('EFF-9 pauses grow up to the longest, however often it failed', () => {
  expect([1, 2, 3, 6, 7, 1_000, 100_000].map((failures) => backoffMs(failures, GROWING, random))).toEqual([
    50, 100, 200, 1_600, 2_000, 2_000, 2_000,
  ])
})

test('EFF-9 none stays none', () => {
  for (const failures of [1, 2, 1_000, 5_000]) expect(backoffMs(failures, { ...GROWING, delayMs: 0 }, random)).toBe(0)
})
