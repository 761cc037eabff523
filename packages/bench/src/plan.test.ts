import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { LINES } from './floors.js'
import type { Row, Skipped } from './judge.js'
import { GROUPS, PLAN } from './plan.js'
import type { Call } from './plan.js'
import { measure } from './runs.js'

describe('the plan', () => {
  test('measures every work that has a floor, and each once', () => {
    const works = PLAN.flatMap((setting) => Object.keys(setting.works))
    expect(works.toSorted()).toEqual(Object.keys(LINES).toSorted())
  })

  test('has something in each group', () => {
    expect(new Set(PLAN.map(({ group }) => group))).toEqual(new Set(Object.keys(GROUPS)))
  })
})

describe('a setting', () => {
  const measured = (setting: Parameters<typeof measure>[0]): { rows: (Row | Skipped)[]; calls: [Call, string][] } => {
    const rows: (Row | Skipped)[] = []
    const calls: [Call, string][] = []
    const run = (call: Call, place: string): { ms: number } => {
      if (setting.place === undefined) expect(existsSync(place)).toBe(true)
      calls.push([call, place])
      return { ms: calls.length }
    }
    measure(setting, { runs: 2, rows, run })
    return { rows, calls }
  }

  test('gives each run a place of its own', () => {
    const { rows, calls } = measured({ group: 'start', works: { 'S1 ls': ['s1-ls'] } })
    expect(calls.map(([call]) => call)).toEqual([['s1-ls'], ['s1-ls']])
    expect(calls[0]?.[1]).not.toBe(calls[1]?.[1])
    expect(calls.some(([, place]) => existsSync(place))).toBe(false)
    expect(rows).toMatchObject([{ work: 'S1 ls', figure: 'ms', runs: [1, 2] }])
  })

  test('writes once for all its works, and leaves out the first run of each where that makes what the others find', () => {
    const works = { 'S1 ls': ['s1-ls'], 'S1 worker': ['s1-worker'] } as const
    const { rows, calls } = measured({ group: 'start', write: ['f4-write', '10'], isWarmed: true, works })
    expect(calls.map(([[name]]) => name)).toEqual([
      'f4-write',
      ...Array(3).fill('s1-ls'),
      ...Array(3).fill('s1-worker'),
    ])
    expect(new Set(calls.map(([, place]) => place)).size).toBe(1)
    expect(rows).toMatchObject([
      { work: 'S1 ls', runs: [3, 4] },
      { work: 'S1 worker', runs: [6, 7] },
    ])
  })

  test('takes the place that it names', () => {
    const works = { 'E4-1000 full': ['e4-recover', 'full'] } as const
    const { calls } = measured({ group: 'eventstoredb', write: ['e4-write', '1000'], place: 'prefix.', works })
    expect(calls.map(([[name], place]) => [name, place])).toEqual([
      ['e4-write', 'prefix.'],
      ['e4-recover', 'prefix.'],
      ['e4-recover', 'prefix.'],
    ])
  })

  test('tells nothing of figures that its measurement does not give', () => {
    const { rows } = measured({ group: 'engine', works: { W1: ['w1'] } })
    expect(rows).toEqual([])
  })
})
