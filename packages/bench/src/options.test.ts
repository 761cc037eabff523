import { expect, test } from 'vitest'
import { readOptions } from './options.js'
import { GROUPS } from './plan.js'

test('without a group all are measured, three times', () => {
  const all = { groups: Object.keys(GROUPS), peers: undefined, floors: false, markdown: false, runs: 3 }
  expect(readOptions([])).toEqual(all)
  expect(readOptions(['--floors', '--markdown', '--runs', '5'])).toEqual({
    ...all,
    floors: true,
    markdown: true,
    runs: 5,
  })
})

test('groups are chosen by name, peers by theirs', () => {
  expect(readOptions(['live', 'many'])).toMatchObject({ groups: ['live', 'many'], peers: undefined })
  expect(readOptions(['peers'])).toMatchObject({ groups: [], peers: [] })
  expect(readOptions(['peers', 'emmett', 'refold'])).toMatchObject({ groups: [], peers: ['emmett', 'refold'] })
})

test('what cannot be meant is refused, and help is no options', () => {
  expect(() => readOptions(['engines'])).toThrow('there is no group engines')
  expect(() => readOptions(['--runs', '0'])).toThrow('--runs must be a positive integer')
  expect(() => readOptions(['--floor'])).toThrow('--floor')
  expect(readOptions(['--help'])).toBeUndefined()
})
