import { expect, test } from 'vitest'
import { failureOf } from './db-client.js'
import { appendError, failureError } from './failure.js'

test('ESDB-136 a place that the log does not have is told as a server that was put back', () => {
  const cause = new Error('3 INVALID_ARGUMENT: Trying to read from an invalid position.')
  const error = failureError(failureOf(cause), { doing: 'subscribing to everything', cause })
  expect(error).toMatchObject({
    code: 'STORE_FATAL',
    hint: expect.stringContaining('restored from a backup') as unknown,
  })
  const other = new Error('3 INVALID_ARGUMENT: no such option')
  expect(failureError(failureOf(other), { doing: 'reading a-1', cause: other }).hint).toContain(
    'the name of the stream',
  )
})

test('ESDB-136 an append to a stream that was deleted for good says so, where the client gives no reason', () => {
  const error = appendError({ kind: 'deleted' }, { stream: 'order-7', cause: new Error('') })
  expect(error).toMatchObject({ code: 'STORE_FATAL', message: 'appending to order-7: the stream was deleted for good' })
  const lost = appendError({ kind: 'lost' }, { stream: 'order-7', cause: new Error('') })
  expect(lost.message).toBe('appending to order-7: the server failed, and gave no reason')
})
