/** Each function that takes options is called with one of them mistyped: it is refused, and the hint has the name that was meant. */
import { afterAll, expect, test } from 'vitest'
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
