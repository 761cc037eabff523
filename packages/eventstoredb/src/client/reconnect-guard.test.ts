import { expect, test } from 'vitest'
import { guardReconnecting } from './reconnect-guard.js'

const NOT_FOUND = new Error('Failed to discover after 10 attempts.')
const LOST = new Error('14 UNAVAILABLE')

test('ESDB-52 a call that fails while the client looks for another node in vain leaves no rejection unhandled', async () => {
  const { client } = guarded()
  await expect(client.handleError({}, LOST)).resolves.toBeUndefined() // the client calls it and awaits nothing
})

test('ESDB-52 a client that keeps the failure of its first question is told to be spoiled, and no other one is', async () => {
  const { client, spoiled } = guarded()
  await expect(client.execute({}, 'read', () => Promise.reject(NOT_FOUND))).rejects.toBe(NOT_FOUND)
  await expect(client.execute({}, 'getSupportedMethods', () => Promise.reject(LOST))).rejects.toBe(LOST)
  expect(await client.execute({}, 'getSupportedMethods', () => Promise.resolve('all'))).toBe('all')
  expect(spoiled()).toBe(0)
  await expect(client.execute({}, 'getSupportedMethods', () => Promise.reject(NOT_FOUND))).rejects.toBe(NOT_FOUND)
  expect(spoiled()).toBe(1)
})

/** A client as the real one behaves, in what concerns the guard. */
function guarded() {
  let times = 0
  const client = {
    handleError: (_client: unknown, _error: unknown): Promise<void> => Promise.reject(NOT_FOUND),
    execute: (_client: unknown, _name: string, action: () => Promise<unknown>): Promise<unknown> => action(),
    shouldReconnect: (error: unknown): readonly [boolean] => [error === LOST],
  }
  guardReconnecting(client, { onSpoiled: () => times++ })
  return { client, spoiled: () => times }
}
