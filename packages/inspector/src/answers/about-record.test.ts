import type { HistoryRecord } from '@refold/core/history'
import { expect, test } from 'vitest'
import { aboutRecord } from './about-record.js'

const about = (kind: string, data: unknown): string => aboutRecord({ kind, data } as unknown as HistoryRecord)

test('CLI-543 a fork tells what it goes on from, a migration its versions, an answer to a message its receiver', () => {
  const writer = { name: 'writer', id: '7' }
  expect(about('forked', { from: writer, revision: 4, keys: 'new' })).toBe('from writer-7@4')
  expect(about('migrated', { from: 1, to: 2, patch: [] })).toBe('version 1 to 2')
  expect(about('message.acknowledged', { to: writer })).toBe('to writer-7')
  const refused = { to: writer, event: {}, code: 'NOT_FOUND', message: 'there is no agent writer-7' }
  expect(about('message.undelivered', refused)).toBe('to writer-7 NOT_FOUND: there is no agent writer-7')
})

test('CLI-543 what an outside event has under such names is its sender’s, and a damaged record tells nothing', () => {
  expect(about('event', { to: { name: 'a', id: '1' }, from: 1 })).toBe('')
  expect(about('message.acknowledged', { to: 'writer-7' })).toBe('')
  expect(about('forked', null)).toBe('')
})
