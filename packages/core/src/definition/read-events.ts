/** The `events` of a definition: one schema per event that may come from outside, and which of them may come early. */
import type { AnyStateMachine } from 'xstate'
import type { $ZodType } from 'zod/v4/core'
import { checkKeys } from './check-config.js'
import { checkPayloadSchema } from './check-payload-schema.js'
import { checkSchema } from './check-schema.js'
import { suggestName } from '../world/nearest-name.js'
import { isReservedType } from './outside-values.js'
import { requireValid } from './refusal.js'

/** Schemas by event type; `undefined`: every event of the machine may come from outside. Throws `INVALID_DEFINITION`. */
export function readEvents(events: unknown, machine: AnyStateMachine): ReadonlyMap<string, $ZodType> | undefined {
  if (events === undefined) return undefined
  requireValid(typeof events === 'object' && events !== null, { path: 'events', problem: 'must be an object' })
  const taken = machine.events.map(String)
  const schemas = new Map<string, $ZodType>()
  for (const [type, declared] of Object.entries(events)) {
    if (declared === undefined) continue
    checkType(type, taken)
    schemas.set(type, readEvent(declared, `events.${type}`))
  }
  return schemas
}

/** The schema of one event, given alone or as `{ schema, defer }`. Throws `INVALID_DEFINITION`. */
export function readEvent(declared: unknown, path: string): $ZodType {
  if (!isWithOptions(declared)) return checkedSchema(declared, path)
  checkKeys(declared, { path, known: EVENT_KEYS })
  const { schema, defer } = declared
  requireValid(defer === undefined || typeof defer === 'boolean', {
    path: `${path}.defer`,
    problem: 'must be true or false',
  })
  return checkedSchema(schema, `${path}.schema`)
}

const EVENT_KEYS = ['schema', 'defer']

function isWithOptions(declared: unknown): declared is object {
  if (typeof declared !== 'object' || declared === null || '_zod' in declared) return false
  return EVENT_KEYS.some((key) => key in declared)
}

function checkedSchema(schema: unknown, path: string): $ZodType {
  checkSchema(schema, { path })
  checkPayloadSchema(schema, { path })
  return schema
}

/** The types with `defer: true`, of events that were read. An answer to a question is none: nothing was asked when it comes early. */
export function readDeferred(events: unknown, approvals: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const types = Object.entries(events ?? {}).flatMap(([type, declared]: [string, unknown]) =>
    isWithOptions(declared) && (declared as { readonly defer?: boolean }).defer === true ? [type] : [],
  )
  for (const type of types)
    requireValid(!approvals.has(type), {
      path: `events.${type}.defer`,
      problem: 'is not for an event that needs an approval',
      hint: 'Such an event answers a question: it cannot come before it.',
    })
  return new Set(types.toSorted())
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
