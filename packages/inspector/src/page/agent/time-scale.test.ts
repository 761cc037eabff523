import { expect, test } from 'vitest'
import { Columns } from '../state/columns.js'
import { timeScale } from './time-scale.js'

function lived(after: readonly number[]): Columns {
  const columns = new Columns()
  const same = after.map(() => 0)
  columns.add({
    from: 0,
    words: ['tick', 'event'],
    types: same,
    kinds: after.map(() => 1),
    at: 1_000,
    after,
    about: same,
  })
  return columns
}

test('INS-73 idle time is folded, and what happened keeps its order and its share', () => {
  const columns = lived([0, 100, 120, 3_600_000, 90, 110, 100])
  const scale = timeScale(columns, { from: 0, to: 6 })
  const places = Array.from({ length: 7 }, (_, revision) => scale.ofRevision(revision))
  expect(places).toEqual(places.toSorted((one, other) => one - other))
  expect(scale.folds.map(({ ms }) => ms)).toEqual([3_600_000])
  const idle = (places[3] ?? 0) - (places[2] ?? 0)
  expect(idle).toBeLessThan(0.5)
  for (const [revision, place] of places.entries()) expect(scale.revisionAt(place)).toBe(revision)
})

test('INS-73 times between records, before them and behind them have their place too', () => {
  const scale = timeScale(lived([0, 100, 100]), { from: 0, to: 2 })
  expect(scale.ofTime(0)).toBe(0)
  expect(scale.ofTime(1_100)).toBeCloseTo(scale.ofRevision(1))
  expect(scale.ofTime(1_150)).toBeGreaterThan(scale.ofRevision(1))
  expect(scale.ofTime(1_150)).toBeLessThan(scale.ofRevision(2))
  expect(scale.ofTime(1e12)).toBe(1)
  expect(timeScale(lived([0]), { from: 0, to: 0 }).ofRevision(0)).toBe(0)
})
