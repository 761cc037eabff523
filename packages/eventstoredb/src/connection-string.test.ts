/** Addresses that lead nowhere, and connection strings that are none. */
import type { Store } from '@refold/core'
import { isRefoldError } from '@refold/core'
import { afterEach, expect, test, vi } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { loopMsOf } from './loop-time.fixture.js'
import { describeOn, DEV_SERVER, NAMED_SERVER } from './servers.fixture.js'

const NOTED = { id: '6a0e1f4e-3c0f-4f5e-9d0a-0d7c4f1b2a3c', type: 'noted', data: null, metadata: {} }
const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

describeOn([DEV_SERVER, NAMED_SERVER], (server) => {
  test('ESDB-13 an address where no one listens is told at once, with what to do', async () => {
    const store = eventStoreDBStore('esdb://127.0.0.1:1?tls=false')
    closing.push(() => store.close())
    const append = errorOf(store.append('a-1', [NOTED], { expected: 'no_stream' }))
    const page = append.then(() => errorOf(firstPage(store)))
    expect(await loopMsOf(page)).toBeLessThan(5000)
    expect(await append).toMatchObject({ code: 'STORE_REJECTED', hint: expect.stringMatching(/address and port/) })
    expect(await page).toMatchObject({ code: 'STORE_REJECTED' })
  })

  test('ESDB-13 a server that does not speak TLS is told with what to do', async () => {
    const store = eventStoreDBStore(server().connectionString.replace('tls=false', 'tls=true'))
    closing.push(() => store.close())
    const error = await errorOf(store.append('a-1', [NOTED], { expected: 'no_stream' }))
    expect(error).toMatchObject({ code: 'STORE_REJECTED', hint: expect.stringMatching(/tls=false/) })
  })

  test('ESDB-13 a connection string that is none is refused', () => {
    for (const wrong of [
      '',
      'http://localhost',
      'esdb://',
      'esdb://localhost:port',
      'esdb://h?tls=maybe',
      'esdb://h?throwOnAppendFailure=false',
      'esdb://h?tlsVerifyCert=false',
    ])
      expect(() => eventStoreDBStore(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })

  test('ESDB-13 an option that the client does not know is refused by its name, and no password is printed', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const open = async (): Promise<Store> => eventStoreDBStore('esdb://ana:secret@h?tls=false&tlsCAfile=/ca&tsl=true')
    const refused: unknown = await open().catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('"tsl"') })
    expect(JSON.stringify(refused) + String(refused)).not.toContain('secret')
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })
})

async function firstPage(store: Store): Promise<unknown> {
  for await (const page of store.read('a-1')) return page
  return undefined
}

async function errorOf(outcome: Promise<unknown>): Promise<unknown> {
  return outcome.then(
    () => undefined,
    (error: unknown) => (isRefoldError(error) ? { code: error.code, hint: error.hint } : error),
  )
}
