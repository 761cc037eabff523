import { expect, test } from 'vitest'
import { sqliteStore } from './index.js'
import { scratchDirectory } from './scratch-directory.fixture.js'

test('SQL-43 an option that is not known is refused, and nothing is opened', () => {
  const scratch = scratchDirectory()
  const open = (): unknown => sqliteStore(scratch.file, { readonly: true } as never)
  const hint = expect.stringContaining('readOnly') as string
  expect(open).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', facts: { path: 'readonly' }, hint }) as Error)
  scratch.remove()
})
