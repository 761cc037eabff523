/** The `events` of a definition: one schema per event that may come from outside. */
import type { AnyStateMachine } from 'xstate'
import type { $ZodType } from 'zod/v4/core'
import { checkPayloadSchema } from './check-payload-schema.js'
import { checkSchema } from './check-schema.js'
import { suggestName } from './nearest-name.js'
import { isReservedType } from './outside-values.js'
import { requireValid } from './refusal.js'

/** Schemas by event type; `undefined`: every event of the machine may come from outside. Throws `INVALID_DEFINITION`. */
export function readEvents(events: unknown, machine: AnyStateMachine): ReadonlyMap<string, $ZodType> | undefined {
  if (events === undefined) return undefined
  requireValid(typeof events === 'object' && events !== null, { path: 'events', problem: 'must be an object' })
  const taken = machine.events.map(String)
  const schemas = new Map<string, $ZodType>()
  for (const [type, schema] of Object.entries(events)) {
    if (schema === undefined) continue
    const path = `events.${type}`
    checkType(type, taken)
    checkSchema(schema, { path })
    checkPayloadSchema(schema, { path })
    schemas.set(type, schema)
  }
  return schemas
}

function checkType(type: string, taken: readonly string[]): void {
  const path = `events.${type}`
  requireValid(!isReservedType(type), {
    path,
    problem: 'is kept for XState and Refold',
    hint: 'Event types do not start with xstate., refold. or $.',
  })
  requireValid(!isWildcard(type), {
    path,
    problem: 'is a wildcard',
    hint: 'Name each event that may come from outside.',
  })
  if (taken.some(isWildcard)) return
  const hint = suggestName(
    type,
    taken.filter((each) => !isReservedType(each)),
  )
  requireValid(taken.includes(type), { path, problem: 'is taken by no state of the machine', hint })
}

function isWildcard(descriptor: string): boolean {
  return descriptor === '*' || descriptor.endsWith('.*')
}
