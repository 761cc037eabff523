import { expect, test } from 'vitest'
import { agentAtOf, momentOf, rangeOf } from './moment-argument.js'

const NOW = Date.UTC(2026, 10, 29, 14)

test.each([
  ['0', 0],
  ['412', 412],
  ['2026-11-29T14:00:00Z', { at: NOW }],
  ['2026-11-29T15:00+01:00', { at: NOW }],
  ['2026-11-29T14:00:00.250Z', { at: NOW + 250 }],
  ['2026-11-29', { at: NOW - 14 * 3_600_000 }],
  ['-90s', { at: NOW - 90_000 }],
  ['-15m', { at: NOW - 900_000 }],
  ['-1h', { at: NOW - 3_600_000 }],
  ['-2d', { at: NOW - 172_800_000 }],
])('CLI-48 %s is a moment', (text, moment) => {
  expect(momentOf(text, { now: NOW })).toEqual(moment)
})

test.each([
  '',
  'now',
  '-1',
  '1.5',
  '1e3',
  '-1w',
  '+1h',
  '2026-11-29T14:00:00',
  '2026-13-01',
  '29.11.2026',
  '9'.repeat(16),
  '1795960800000000',
])('CLI-48 "%s" is no moment', (text) => {
  expect(() => momentOf(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error)
})

test('CLI-48 the last @ of an agent at a moment counts, since an id may hold one', () => {
  expect(agentAtOf('mail-bo@home@7')).toEqual({ agent: 'mail-bo@home', at: 7 })
  for (const text of ['mail-bo', '@7', 'mail-bo@home'])
    expect(() => agentAtOf(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error)
})

test('CLI-48 a range has two moments', () => {
  expect(rangeOf('400..412')).toEqual([400, 412])
  for (const text of ['4', '4..', '..4', '1..2..3', '..'])
    expect(() => rangeOf(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error)
})
