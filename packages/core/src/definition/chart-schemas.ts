/** The definition's schemas as JSON Schema: part of the chart, for readers without the code, and so of its fingerprint. */
import { toJSONSchema } from 'zod/v4/core'
import type { $ZodType } from 'zod/v4/core'
import type { JsonObject, JsonValue } from '../json/json-value.js'

/** What callers may send, as zod takes it. */
export interface DefinitionSchemas {
  readonly input: $ZodType | undefined
  /** By event type; `undefined`: every event may come from outside. */
  readonly events: ReadonlyMap<string, $ZodType> | undefined
}

/** `{input?, events?}`; a schema that JSON Schema cannot say is `{}`, which takes everything. */
export function schemasAsJson({ input, events }: DefinitionSchemas): JsonObject {
  return {
    ...(input && { input: schemaAsJson(input) }),
    ...(events && { events: Object.fromEntries([...events].map(([type, schema]) => [type, schemaAsJson(schema)])) }),
  }
}

function schemaAsJson(schema: $ZodType): JsonValue {
  try {
    const described = toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
      // A default may be computed again in each process; the fingerprint must not change with it.
      override: ({ jsonSchema }) => void delete jsonSchema.default,
    })
    // Through text, as `meta()` may hold anything.
    return JSON.parse(JSON.stringify(described)) as JsonValue
  } catch {
    return {}
  }
}
