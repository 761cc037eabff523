/** What a form asks for, from a JSON Schema: members of simple types each as a field, anything else as JSON text. */
import type { JsonObject, JsonValue } from '@refold/core/record'

export type FieldKind = 'text' | 'long' | 'number' | 'integer' | 'boolean' | 'choice' | 'json'

export interface SchemaField {
  readonly name: string
  readonly kind: FieldKind
  readonly isRequired: boolean
  readonly about: string | undefined
  readonly choices: readonly JsonValue[]
  readonly least: number | undefined
  readonly most: number | undefined
}

/** `undefined`: nothing is known of the members, and the whole is written as JSON. `type` stands for itself. */
export function fieldsOf(schema: JsonValue | undefined): readonly SchemaField[] | undefined {
  const object = objectIn(schema)
  const properties = objectIn(object?.['properties'])
  if (object === undefined || properties === undefined) return undefined
  const required = Array.isArray(object['required']) ? (object['required'] as readonly JsonValue[]) : []
  return Object.entries(properties)
    .filter(([name]) => name !== 'type')
    .map(([name, member]) => fieldOf(name, { schema: objectIn(member) ?? {}, isRequired: required.includes(name) }))
}

function fieldOf(
  name: string,
  { schema, isRequired }: { readonly schema: JsonObject; readonly isRequired: boolean },
): SchemaField {
  const choices = Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const']] : []
  const about = schema['description'] ?? schema['title']
  return {
    name,
    kind: choices.length > 0 ? 'choice' : kindOf(schema),
    isRequired,
    about: typeof about === 'string' ? about : undefined,
    choices,
    least: numberIn(schema['minimum']),
    most: numberIn(schema['maximum']),
  }
}

function kindOf({ type, maxLength, format }: JsonObject): FieldKind {
  if (type === 'boolean' || type === 'number' || type === 'integer') return type
  if (type !== 'string') return 'json'
  return format === undefined && (typeof maxLength !== 'number' || maxLength > 200) ? 'long' : 'text'
}

function numberIn(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined
}

function objectIn(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

/** As the fields hold it: texts, and `undefined` for what is left out. */
export type FieldTexts = { readonly [name: string]: string | undefined }

/** The members, or what is wrong with one of them. */
export function valuesOf(
  fields: readonly SchemaField[],
  texts: FieldTexts,
): { readonly value: JsonObject } | { readonly wrong: string } {
  const members: [string, JsonValue][] = []
  for (const field of fields) {
    const text = texts[field.name]
    if (text === undefined || (text === '' && field.kind !== 'long' && field.kind !== 'text')) {
      if (field.isRequired) return { wrong: `${field.name} is missing` }
      continue
    }
    if (text === '' && !field.isRequired) continue
    try {
      members.push([field.name, valueOf(field, text)])
    } catch {
      return { wrong: `${field.name} is no JSON` }
    }
  }
  return { value: Object.fromEntries(members) }
}

function valueOf({ kind, choices }: SchemaField, text: string): JsonValue {
  if (kind === 'text' || kind === 'long') return text
  if (kind === 'choice') return choices[Number(text)] ?? null
  if (kind === 'boolean') return text === 'true'
  return JSON.parse(text) as JsonValue
}
