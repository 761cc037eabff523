/** From JSON Schema, as zod writes it, to a fast-check arbitrary of values that fit. */
import fc from 'fast-check'

/** The part of JSON Schema that zod writes. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly propertyNames?: JsonSchema
  readonly items?: boolean | JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
}

interface Place {
  readonly root: JsonSchema
  /** Recursive schemas end here: only what may be left out or empty goes on below. */
  readonly depth: number
}

const MAX_DEPTH = 4
const MAX_ITEMS = 3
/** Zod's bounds of a safe integer say nothing that a test would look for. */
const LARGE = 2 ** 31

/**
 * Values that fit the schema. What JSON Schema cannot say (refinements) is for the caller to filter. An empty schema
 * gives any JSON.
 */
export function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  return build(schema, { root: schema, depth: 0 })
}

function build(schema: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return build(resolve(schema.$ref, place.root), { ...place, depth: place.depth + 1 })
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return fc.oneof(...shallowFirst(options, place).map((option) => build(option, place)))
  if (schema.allOf !== undefined) return build(merged(schema), place)
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => build({ ...schema, type }, place)))
  return ofType(schema, place)
}

function ofType(schema: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
      return text(schema)
    case 'number':
      return decimal(schema)
    case 'integer':
      return integer(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return list(schema, place)
    case 'object':
      return object(schema, place)
    default:
      return fc.jsonValue({ maxDepth: 1 }).map(withoutNegativeZero)
  }
}

function text({
  format,
  pattern,
  minLength = 0,
  maxLength = Math.max(minLength + 8, 12),
}: JsonSchema): fc.Arbitrary<string> {
  const known = ofFormat(format)
  if (pattern === undefined) return known ?? fc.string({ minLength, maxLength })
  const expression = regExp(pattern)
  const fits = known !== undefined && fc.sample(known, { numRuns: 20, seed: 1 }).some((one) => expression.test(one))
  return fits ? known : fc.stringMatching(expression)
}

/** As the caller's expression was, with or without its flag: a schema does not say it. */
function regExp(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return new RegExp(pattern)
  }
}

function ofFormat(format: string | undefined): fc.Arbitrary<string> | undefined {
  switch (format) {
    case 'email':
      return fc
        .tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z]{1,8}$/))
        .map(([user, host]) => `${user}@${host}.org`)
    case 'uuid':
      return fc.uuid({ version: 4 })
    case 'uri':
      return fc.stringMatching(/^[a-z]{1,8}$/).map((host) => `https://${host}.example/`)
    case 'date-time':
      return date().map((at) => at.toISOString())
    case 'date':
      return date().map((at) => at.toISOString().slice(0, 10))
    case 'time':
      return date().map((at) => at.toISOString().slice(11, 19))
    default:
      return undefined
  }
}

function date(): fc.Arbitrary<Date> {
  return fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
}

/** Where the schema has none, or one that is far away, so far from the other end or from 0. */
function bounds(schema: JsonSchema, step: number): { min: number; max: number } {
  const lowest = Math.max(schema.minimum ?? -Infinity, (schema.exclusiveMinimum ?? -Infinity) + step)
  const highest = Math.min(schema.maximum ?? Infinity, (schema.exclusiveMaximum ?? Infinity) - step)
  const min = Math.max(lowest, Math.min(-LARGE, highest - LARGE))
  const max = Math.min(highest, Math.max(LARGE, lowest + LARGE))
  return { min, max: Math.max(min, max) }
}

function integer(schema: JsonSchema): fc.Arbitrary<number> {
  const { min, max } = bounds(schema, 1)
  const by = schema.multipleOf ?? 1
  return fc.integer({ min: Math.ceil(min / by), max: Math.floor(max / by) }).map((count) => count * by || 0)
}

function decimal(schema: JsonSchema): fc.Arbitrary<number> {
  if (schema.multipleOf !== undefined) return integer(schema)
  const { min, max } = bounds(schema, 1e-6)
  const whole = Math.ceil(min) <= Math.floor(max) ? [fc.integer({ min: Math.ceil(min), max: Math.floor(max) })] : []
  return fc.oneof(...whole, fc.double({ min, max, noNaN: true })).map((value) => value || 0)
}

function list(
  { items, prefixItems = [], minItems = 0, maxItems = Math.max(minItems, MAX_ITEMS) }: JsonSchema,
  place: Place,
): fc.Arbitrary<unknown> {
  const inside = { ...place, depth: place.depth + 1 }
  const head: fc.Arbitrary<unknown[]> = fc.tuple(...prefixItems.map((item) => build(item, inside)))
  if (prefixItems.length > 0 && typeof items !== 'object') return head
  const longest = inside.depth > MAX_DEPTH ? minItems : Math.min(maxItems, minItems + MAX_ITEMS)
  if (longest === 0) return head
  const rest = fc.array(build(typeof items === 'object' ? items : {}, inside), {
    minLength: minItems,
    maxLength: longest,
  })
  return fc.tuple(head, rest).map(([first, others]) => [...first, ...others])
}

function object(
  { properties = {}, required = [], additionalProperties, propertyNames }: JsonSchema,
  place: Place,
): fc.Arbitrary<unknown> {
  const inside = { ...place, depth: place.depth + 1 }
  const known = Object.entries(properties).filter(([name]) => inside.depth <= MAX_DEPTH || required.includes(name))
  const fixed = fc.record(Object.fromEntries(known.map(([name, schema]) => [name, build(schema, inside)])), {
    requiredKeys: [...required].filter((name) => name in properties),
  })
  if (typeof additionalProperties !== 'object' || Object.keys(properties).length > 0)
    return fixed.map((value) => ({ ...value }))
  if (inside.depth > MAX_DEPTH) return fc.constant({})
  const names =
    propertyNames === undefined
      ? fc.stringMatching(/^[a-z]{1,6}$/)
      : build({ type: 'string', ...propertyNames }, inside).map(String)
  if (propertyNames?.enum !== undefined)
    return fc.record(
      Object.fromEntries(propertyNames.enum.map((name) => [String(name), build(additionalProperties, inside)])),
    )
  return fc
    .array(fc.tuple(names, build(additionalProperties, inside)), { maxLength: MAX_ITEMS })
    .map((entries) => Object.fromEntries(entries.filter(([name]) => name !== '__proto__')))
}

/** Deep down a union goes on with what does not recurse. */
function shallowFirst(options: readonly JsonSchema[], { depth }: Place): readonly JsonSchema[] {
  if (depth <= MAX_DEPTH) return options
  const shallow = options.filter(
    (option) => option.$ref === undefined && option.type !== 'object' && option.type !== 'array',
  )
  return shallow.length > 0 ? shallow : options
}

function merged({ allOf = [], ...rest }: JsonSchema): JsonSchema {
  return allOf.reduce<JsonSchema>(merge, rest)
}

function merge(one: JsonSchema, other: JsonSchema): JsonSchema {
  return {
    ...one,
    ...other,
    properties: { ...one.properties, ...other.properties },
    required: [...(one.required ?? []), ...(other.required ?? [])],
  }
}

function resolve(ref: string, root: JsonSchema): JsonSchema {
  const path = ref
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  return path.reduce<unknown>(
    (at, token) => (at as { readonly [key: string]: unknown } | undefined)?.[token],
    root,
  ) as JsonSchema
}

function withoutNegativeZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}
