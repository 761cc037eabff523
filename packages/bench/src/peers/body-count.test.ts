import { expect, test } from 'vitest'
import { countBodies } from './body-count.js'

test('bodies are counted as they wrote of themselves', () => {
  const lines = ['begun a0 1', 'ended a0 1', 'begun a0 2', 'begun a1 1', 'ended a1 1']
  expect(countBodies(lines.join('\n'))).toEqual({ begun: 3, distinct: 3, repeats: 0, repeatsOfEnded: 0 })
})

test('a repeat of what had its answer is told from one of what was in flight', () => {
  const first = ['begun a0 1', 'ended a0 1', 'begun a0 2']
  const second = ['begun a0 1', 'ended a0 1', 'begun a0 2', 'ended a0 2', 'begun a0 3']
  expect(countBodies([...first, ...second, ''].join('\n'))).toEqual({
    begun: 5,
    distinct: 3,
    repeats: 2,
    repeatsOfEnded: 1,
  })
})
