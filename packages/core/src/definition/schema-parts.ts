/** What a schema of zod is made of: its own definition, and the schemas in it. */
import type { $ZodType, $ZodTypes } from 'zod/v4/core'
import { invalidDefinition } from './refusal.js'

/** What zod keeps of a schema, by `type`. */
export type SchemaDef = $ZodTypes['_zod']['def']

/** `[place, schema]` of everything a schema is made of. Throws `INVALID_DEFINITION` when a lazy part cannot be made. */
// oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row a kind of schema
export function partsOf(def: SchemaDef, path: string): ReadonlyArray<readonly [string, $ZodType]> {
  switch (def.type) {
    case 'object':
      return [
        ...Object.entries(def.shape).map(([key, child]) => [`.${key}`, child] as const),
        ...optional('.*', def.catchall),
      ]
    case 'array':
      return [['[]', def.element]]
    case 'tuple':
      return [...def.items.map((child, index) => [`[${index}]`, child] as const), ...optional('[]', def.rest)]
    case 'record':
      return [
        ['.(key)', def.keyType],
        ['.*', def.valueType],
      ]
    case 'union':
      return def.options.map((child) => ['', child] as const)
    case 'intersection':
      return [
        ['', def.left],
        ['', def.right],
      ]
    case 'pipe':
      return [
        ['', def.in],
        ['', def.out],
      ]
    case 'lazy':
      return [['', lazySchema(def.getter, path)]]
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'readonly':
      return [['', def.innerType]]
    default:
      return []
  }
}

function optional(place: string, schema: $ZodType | null | undefined): ReadonlyArray<readonly [string, $ZodType]> {
  return schema == null ? [] : [[place, schema]]
}

function lazySchema(getter: () => $ZodType, path: string): $ZodType {
  try {
    return getter()
  } catch (cause) {
    throw invalidDefinition({
      path,
      problem: 'its lazy schema cannot be made yet',
      hint: 'Call defineAgent after the schemas it names.',
      cause,
    })
  }
}
