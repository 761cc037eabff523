import { expect, test } from 'vitest'
import { eventStoreDBStore } from './index.js'

test('ESDB-41 an option that is not known is refused', () => {
  const open = (): unknown => eventStoreDBStore({ connectionString: 'esdb://localhost', prefx: 'shop.' } as never)
  const hint = expect.stringContaining('prefix') as string
  expect(open).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', facts: { path: 'prefx' }, hint }) as Error)
})
