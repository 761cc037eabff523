/** Each function that takes options is called with one of them mistyped: it is refused, and the hint has the name that was meant. */
import { afterAll, expect, test } from 'vitest'
import { ENTRIES } from './nonsense/entries.js'
import { GUARDED_BY_TYPES, WITHOUT_OPTIONS } from './nonsense/guarded-by-types.js'
import { closeMistyped, MISTYPED } from './nonsense/mistyped-options.js'

afterAll(closeMistyped)

/** What was taken for sense may go on for ever. */
const TAKEN_AFTER_MS = 1_000

test.each(MISTYPED)('ERR-19 $name refuses a mistyped option', async ({ meant, call }) => {
  const called = (async () => call())().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const taken = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), TAKEN_AFTER_MS).unref())
  expect(await Promise.race([called, taken])).toMatchObject({
    code: expect.stringMatching(/^INVALID_(INPUT|DEFINITION)$/) as unknown,
    hint: expect.stringMatching(`^(Did you mean|Known: .*) ?'${meant}'`) as unknown,
  })
})

test('ERR-19 every function that is exported is called so, or takes no options', async () => {
  const called = new Set(MISTYPED.map(({ name }) => name.split(' ')[0] ?? ''))
  const missing: string[] = []
  for (const [entry, load] of Object.entries(ENTRIES)) {
    const known = new Set([...called, ...WITHOUT_OPTIONS, ...(GUARDED_BY_TYPES[entry] ?? [])])
    for (const [name, member] of Object.entries(await load()))
      if (typeof member === 'function' && !known.has(name)) missing.push(`${entry} ${name}`)
  }
  expect(missing).toEqual([])
})
