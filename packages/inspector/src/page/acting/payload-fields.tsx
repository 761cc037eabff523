/** The payload of an event that is being written: as fields of its schema, or as JSON where none is known. */
import type { JsonObject, JsonValue } from '@refold/core/record'
import { useMemo, useState } from 'preact/hooks'
import { fieldsOf, valuesOf } from './schema-fields.js'
import type { FieldTexts } from './schema-fields.js'
import { SchemaForm } from './schema-form.js'

export type Payload = { readonly value: JsonObject } | { readonly wrong: string }

export interface PayloadFieldsProps {
  readonly schema: JsonValue | undefined
  readonly onPayload: (payload: Payload) => void
}

/** What a payload is before anyone wrote it. */
export function emptyPayload(schema: JsonValue | undefined): Payload {
  const fields = fieldsOf(schema)
  return fields === undefined ? { value: {} } : valuesOf(fields, {})
}

export function PayloadFields({ schema, onPayload }: PayloadFieldsProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema])
  const [texts, setTexts] = useState<FieldTexts>({})
  const [json, setJson] = useState('{}')
  if (fields !== undefined)
    return (
      <SchemaForm
        fields={fields}
        texts={texts}
        onTexts={(next) => {
          setTexts(next)
          onPayload(valuesOf(fields, next))
        }}
      />
    )
  return (
    <label class="field">
      <span>Payload, as JSON</span>
      <textarea
        class="mono"
        rows={6}
        spellcheck={false}
        value={json}
        onInput={({ currentTarget }) => {
          setJson(currentTarget.value)
          onPayload(payloadOf(currentTarget.value))
        }}
      />
    </label>
  )
}

function payloadOf(json: string): Payload {
  try {
    const value = JSON.parse(json) as JsonValue
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: value as JsonObject }
    return { wrong: 'the payload is no object' }
  } catch {
    return { wrong: 'the payload is no JSON' }
  }
}
