/**
 * The definition's schemas as JSON Schema (draft 2020-12), and the fields in them that are secret: part of the chart, for
 * readers without the code, and so of its fingerprint.
 */
import { toJSONSchema } from 'zod/v4/core'
import type { $ZodType } from 'zod/v4/core'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { secretFieldsOf } from './secret-fields.js'

/** What comes from outside, as zod takes it. */
export interface DefinitionSchemas {
  readonly input: $ZodType | undefined
  /** By event type; `undefined`: every event may come from outside. */
  readonly events: ReadonlyMap<string, $ZodType> | undefined
  /** By effect source: what its body gives. */
  readonly outputs: ReadonlyMap<string, $ZodType>
}

/**
 * `{schemas?, secrets?}`, each with `input`, `events` by type and `outputs` by effect source, where they are given. A schema
 * that JSON Schema cannot say is `{}`, which takes everything. Secrets are pointers into the value (`secretFieldsOf`).
 */
export function schemasAsJson(given: DefinitionSchemas): JsonObject {
  const schemas = mapSchemas(given, schemaAsJson)
  const secrets = mapSchemas(given, (schema) => {
    const fields = secretFieldsOf(schema)
    return fields.length === 0 ? undefined : fields
  })
  return { ...some('schemas', schemas), ...some('secrets', secrets) }
}

type Described = JsonValue | undefined

function mapSchemas(
  { input, events, outputs }: DefinitionSchemas,
  describe: (schema: $ZodType) => Described,
): JsonObject {
  const ofInput = input && describe(input)
  return {
    ...(ofInput === undefined ? undefined : { input: ofInput }),
    // Without any member it says that no event may come from outside.
    ...(events?.size === 0 ? { events: {} } : some('events', mapEach(events, describe))),
    ...some('outputs', mapEach(outputs, describe)),
  }
}

function mapEach(
  schemas: ReadonlyMap<string, $ZodType> | undefined,
  describe: (schema: $ZodType) => Described,
): JsonObject {
  const described = [...(schemas ?? [])].map(([name, schema]) => [name, describe(schema)] as const)
  return Object.fromEntries(described.filter((entry): entry is readonly [string, JsonValue] => entry[1] !== undefined))
}

function schemaAsJson(schema: $ZodType): JsonValue {
  try {
    const { $schema: _draft, ...described } = toJSONSchema(schema, {
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

function some(name: string, value: JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value }
}
