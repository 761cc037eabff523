import { expect, test } from 'vitest'
import { HEALTHY_AFTER_MS, pauseAfter } from './restart-pauses.js'

test('CLI-6 a worker that keeps dying young is started again later and later, up to a bound', () => {
  let earlyDeaths = 0
  const pauses: number[] = []
  for (let death = 0; death < 12; death++) {
    const pause = pauseAfter({ earlyDeaths, livedMs: 5 })
    earlyDeaths = pause.earlyDeaths
    pauses.push(pause.pauseMs)
  }
  expect(pauses.slice(0, 4)).toEqual([0, 250, 500, 1000])
  expect(pauses.at(-1)).toBe(15_000)
})

test('CLI-6 a worker that lived for a while is started again at once', () => {
  expect(pauseAfter({ earlyDeaths: 7, livedMs: HEALTHY_AFTER_MS })).toEqual({ pauseMs: 0, earlyDeaths: 0 })
})
