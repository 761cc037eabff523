/** Values that no schema takes are told: they are not looked for without end. */
import { defineAgent } from '@refold/core'
import fc from 'fast-check'
import { createMachine } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'

const noted = (text: z.ZodType = z.string()) =>
  defineAgent({
    name: 'noted',
    version: 1,
    machine: createMachine({ context: {}, on: { note: { actions: () => {} } } }),
    input: z.object({ by: z.string().optional() }),
    events: { note: z.object({ text }) },
  })
const input = fc.constant({})
const given = 'the schema takes none of 1000 values that it gave'
const made = 'the schema takes none of 1000 values that were made from it'
const example = { text: 'an example' }

test.each([
  ['events.note', given, noted(), { input, events: { note: fc.record({ text: fc.nat() }) } }],
  ['events.note', given, noted(), { input, events: { note: fc.constant('text' as never) } }],
  ['input', given, noted(), { input: fc.constant({ by: 1 }) }],
  ['events.note', made, noted(z.string().refine((text) => text === example.text)), { input }],
  ['events.note', made, noted(z.string().regex(/^a*$/).min(500)), { input }],
  ['events.note', 'no values can be made from the schema: ', noted(z.string().regex(/^(?=.*an).{3}/)), { input }],
] as const)('REV-238 %s: %s', async (path, problem, definition, options) => {
  const error: unknown = await checkRecovery(definition, { runs: 2, ...options }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'INVALID_INPUT', facts: { path } })
  expect((error as Error).message).toContain(`${path}: ${problem}`)
  if (problem !== given)
    expect(error).toMatchObject({ hint: "Give what it takes in 'events.note', an arbitrary of fast-check." })
})

test('REV-238 what is given in place of the schema may be made smaller to what fits', async () => {
  const definition = noted(z.string().refine((text) => text.length > 2))
  const options = { input, events: { note: fc.record({ text: fc.string() }) }, runs: 5, seed: 1 }
  await expect(checkRecovery(definition, options)).resolves.toMatchObject({ eventsNeverAccepted: [] })
})

test('REV-238 an event keeps its type, whatever the payload says', async () => {
  const events = { note: fc.constant({ type: 'other', text: 'x' }) }
  await expect(checkRecovery(noted(), { input, events, runs: 5, seed: 1 })).resolves.toMatchObject({
    eventsNeverAccepted: [],
  })
})
