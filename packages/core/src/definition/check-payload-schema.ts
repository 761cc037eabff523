/** Which schemas can describe an event: those of objects that stand beside its `type`. */
import type { $ZodType, $ZodTypes } from 'zod/v4/core'
import { requireValid } from './refusal.js'
import { partsOf } from './schema-parts.js'

const OBJECT_LIKE: ReadonlySet<string> = new Set(['object', 'record', 'any', 'unknown', 'custom', 'never'])

/** Throws unless every value of the schema is an object without a `type` of its own: what stands beside an event's type. */
export function checkPayloadSchema(schema: $ZodType, options: { readonly path: string }): void {
  for (const option of objectOptions(schema, new Set())) {
    const { def } = (option as $ZodTypes)._zod
    const hint = "Write z.object({ … }) of what stands beside the event's `type`."
    requireValid(OBJECT_LIKE.has(def.type), {
      path: options.path,
      problem: `describes ${def.type}, but an event is an object`,
      hint,
    })
    const namesType = def.type === 'object' && 'type' in def.shape
    requireValid(!namesType, {
      path: `${options.path}.type`,
      problem: "the event's `type` is no part of its schema",
      hint,
    })
  }
}

/** The schemas that a value may be of, through unions and wrappers. */
function objectOptions(schema: $ZodType, seen: Set<$ZodType>): readonly $ZodType[] {
  if (seen.has(schema)) return []
  seen.add(schema)
  const { def } = (schema as $ZodTypes)._zod
  switch (def.type) {
    case 'union':
    case 'intersection':
    case 'pipe':
    case 'lazy':
    case 'default':
    case 'prefault':
    case 'readonly':
      return partsOf(def, '').flatMap(([, child]) => objectOptions(child, seen))
    default:
      return [schema]
  }
}
