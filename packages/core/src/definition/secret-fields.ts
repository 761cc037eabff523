/**
 * Which fields of a value are secret: those whose schema says `.meta({ secret: true })`. A reader of the log hides them; they
 * are stored as everything else.
 */
import { globalRegistry } from 'zod/v4/core'
import type { $ZodType, $ZodTypes } from 'zod/v4/core'
import { escapeToken } from '../json/pointer.js'
import { partsOf } from './schema-parts.js'

/**
 * JSON pointers, in order, into a value of this schema; the empty one is all of it. `*` stands for every item or member. Of a
 * schema that is inside of itself the inner one is secret as a whole when it has any secret field: rather too much than too little.
 */
export function secretFieldsOf(schema: $ZodType): readonly string[] {
  const fields = new Set<string>()
  collect(schema, { pointer: '', above: new Set(), fields })
  return [...fields].toSorted((one, other) => (one < other ? -1 : 1))
}

interface Collecting {
  readonly pointer: string
  /** Schemas on the way here. */
  readonly above: ReadonlySet<$ZodType>
  readonly fields: Set<string>
}

function collect(schema: $ZodType, { pointer, above, fields }: Collecting): void {
  if (isSecret(schema) || (above.has(schema) && hasSecret(schema, new Set()))) return void fields.add(pointer)
  if (above.has(schema)) return
  const inside = new Set(above).add(schema)
  for (const [place, part] of partsOf(definitionOf(schema), '')) {
    const below = pointerOf(place)
    if (below !== undefined) collect(part, { pointer: pointer + below, above: inside, fields })
    else if (hasSecret(part, new Set())) fields.add(pointer) // keys that are secret
  }
}

function hasSecret(schema: $ZodType, seen: Set<$ZodType>): boolean {
  if (seen.has(schema)) return false
  seen.add(schema)
  return isSecret(schema) || partsOf(definitionOf(schema), '').some(([, part]) => hasSecret(part, seen))
}

function isSecret(schema: $ZodType): boolean {
  return globalRegistry.get(schema)?.['secret'] === true
}

/** `.key`, `.*`, `[]` or `[0]` as a pointer; `undefined` for the keys of a record. */
function pointerOf(place: string): string | undefined {
  if (place === '' || place === '.*') return place === '' ? '' : '/*'
  if (place === '.(key)') return undefined
  if (place.startsWith('.')) return `/${escapeToken(place.slice(1))}`
  return `/${place.slice(1, -1) || '*'}`
}

function definitionOf(schema: $ZodType): $ZodTypes['_zod']['def'] {
  return (schema as $ZodTypes)._zod.def // as zod says to tell its schemas apart
}
