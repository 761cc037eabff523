/** The fields of an event's payload. */
import type { JsonValue } from '@refold/core/record'
import { shown, plain } from '../parts/safe-text.js'
import type { FieldTexts, SchemaField } from './schema-fields.js'

export interface SchemaFormProps {
  readonly fields: readonly SchemaField[]
  readonly texts: FieldTexts
  readonly onTexts: (texts: FieldTexts) => void
}

export function SchemaForm({ fields, texts, onTexts }: SchemaFormProps) {
  if (fields.length === 0) return <p class="quiet">It has no payload.</p>
  return fields.map((field) => (
    <label key={field.name} class="field">
      <span>
        {shown(field.name)}
        {field.isRequired ? '' : ' (may be left out)'}
      </span>
      <FieldInput field={field} text={texts[field.name]} onText={(text) => onTexts({ ...texts, [field.name]: text })} />
      {field.about === undefined ? null : <small class="quiet">{shown(field.about)}</small>}
    </label>
  ))
}

interface FieldInputProps {
  readonly field: SchemaField
  readonly text: string | undefined
  readonly onText: (text: string | undefined) => void
}

function FieldInput({ field, text = '', onText }: FieldInputProps) {
  const { kind, choices, least, most } = field
  const onInput = (event: { readonly currentTarget: { readonly value: string } }): void =>
    onText(event.currentTarget.value)
  if (kind === 'choice')
    return (
      <Choice {...{ text, onText }} choices={choices.map((choice, index) => [String(index), choiceText(choice)])} />
    )
  if (kind === 'boolean')
    return (
      <Choice
        {...{ text, onText }}
        choices={[
          ['true', 'yes'],
          ['false', 'no'],
        ]}
      />
    )
  if (kind === 'long') return <textarea rows={3} value={text} onInput={onInput} />
  if (kind === 'json')
    return <textarea class="mono" rows={3} spellcheck={false} value={text} placeholder="JSON" onInput={onInput} />
  if (kind === 'text') return <input value={text} onInput={onInput} />
  return (
    <input type="number" step={kind === 'integer' ? 1 : 'any'} min={least} max={most} value={text} onInput={onInput} />
  )
}

function choiceText(choice: JsonValue): string {
  return typeof choice === 'string' ? choice : JSON.stringify(choice)
}

interface ChoiceProps {
  readonly text: string
  readonly onText: (text: string | undefined) => void
  readonly choices: readonly (readonly [string, string])[]
}

function Choice({ text, onText, choices }: ChoiceProps) {
  return (
    <select value={text} onChange={(event) => onText(event.currentTarget.value || undefined)}>
      <option value="">choose …</option>
      {choices.map(([value, name]) => (
        <option key={value} value={value}>
          {plain(name)}
        </option>
      ))}
    </select>
  )
}
