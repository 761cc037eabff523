import { expect, test } from 'vitest'
import { eventStoreDBStore } from './index.js'

test('ESDB-41 an option that is not known is refused', () => {
  const open = (): unknown => eventStoreDBStore({ connectionString: 'esdb://localhost', prefx: 'shop.' } as never)
  const hint = expect.stringContaining('prefix') as string
  expect(open).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', facts: { path: 'prefx' }, hint }) as Error)
})

test('ESDB-41 options behind the connection string are refused', () => {
  const open = eventStoreDBStore as (...given: unknown[]) => unknown
  const refusal = expect.objectContaining({ code: 'INVALID_INPUT', facts: { path: 'options' } }) as Error
  expect(() => open('esdb://localhost', { prefix: 'shop.' })).toThrow(refusal)
  expect(['esdb://localhost'].map(eventStoreDBStore)).toHaveLength(1)
})

test.each(['~', '~shop.', '$shop.', 5])(
  'ESDB-258 a prefix of streams that are the server’s own, or registers, is refused: %s',
  (prefix) => {
    const open = (): unknown => eventStoreDBStore({ connectionString: 'esdb://localhost', prefix } as never)
    expect(open).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', facts: { path: 'prefix' } }) as Error)
  },
)
