import { expect, test } from 'vitest'
import { comparisonTable } from './comparison.js'

test('a peer has the medians of its runs, and the most answers that were wrong in one', () => {
  const runs = [{ stepMs: 1 }, { repeats: 300, wrong: 0 }, { stepMs: 3 }, { repeats: 290, wrong: 2 }, { stepMs: 2 }]
  const [heading, one, other] = comparisonTable([
    { name: 'refold', version: '0.1.0', runs },
    { name: 'other', version: '1.0.0', runs: [], skipped: 'no SQLite' },
  ])
  const cells = Object.fromEntries((heading ?? []).map((name, column) => [name, one?.[column]]))
  expect(cells).toMatchObject({
    peer: 'refold',
    version: '0.1.0',
    'a step of one agent, ms': '2',
    'steps a second, 100 agents': '–',
    'repeats, 100 agents, three kills': '300',
    'wrong or lost': '2',
  })
  expect(other?.slice(0, 4)).toEqual(['other', '1.0.0', 'SKIPPED', ''])
  expect(other).toHaveLength(heading?.length ?? 0)
})
