/** An event as a form of its schema. */
import type { JsonObject, JsonValue } from '@refold/core/record'
import { useMemo, useState } from 'preact/hooks'
import type { ActionsView } from '../../contract/orders.js'
import { Dialog } from '../parts/dialog.js'
import { plain } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { OrderForm } from './order-form.js'
import { fieldsOf, valuesOf } from './schema-fields.js'
import type { FieldTexts } from './schema-fields.js'
import { SchemaForm } from './schema-form.js'

export interface SendDialogProps {
  readonly agent: string
  readonly event: ActionsView['events'][number] | undefined
  /** That the form was made for. */
  readonly revision: number | undefined
}

export function SendDialog({ agent, event, revision }: SendDialogProps) {
  const fields = useMemo(() => fieldsOf(event?.schema), [event])
  const [texts, setTexts] = useState<FieldTexts>({})
  const [json, setJson] = useState('{}')
  const [type, setType] = useState(event?.type.includes('*') === true ? '' : (event?.type ?? ''))
  const id = useMemo(() => crypto.randomUUID(), []) // given again, it is taken once
  const payload = fields === undefined ? payloadOf(json) : valuesOf(fields, texts)
  const isFixed = event !== undefined && !event.type.includes('*')
  const wrong = 'wrong' in payload ? payload.wrong : type === '' ? 'the type is missing' : undefined
  const value = 'value' in payload ? payload.value : {}
  return (
    <Dialog title={isFixed ? `Send ${plain(type)}` : 'Send an event'} onClose={closeDialog}>
      <OrderForm
        verb="Send"
        off={wrong}
        command={`refold send ${agent} ${type || 'TYPE'}${Object.keys(value).length === 0 ? '' : ` '${JSON.stringify(value).replaceAll("'", String.raw`'\''`)}'`}`}
        order={(notes) => ({
          ...notes,
          agent,
          do: 'send',
          event: { ...value, type },
          id,
          ...(revision === undefined ? {} : { expectedRevision: revision }),
        })}
      >
        {isFixed ? null : (
          <label class="field">
            <span>Type</span>
            <input value={type} onInput={({ currentTarget }) => setType(currentTarget.value)} />
          </label>
        )}
        {fields === undefined ? (
          <label class="field">
            <span>Payload, as JSON</span>
            <textarea
              class="mono"
              rows={6}
              spellcheck={false}
              value={json}
              onInput={({ currentTarget }) => setJson(currentTarget.value)}
            />
          </label>
        ) : (
          <SchemaForm fields={fields} texts={texts} onTexts={setTexts} />
        )}
        {event?.isTaken === false ? <p class="failure">Its guards do not take it where the agent stands.</p> : null}
      </OrderForm>
    </Dialog>
  )
}

function payloadOf(json: string): { readonly value: JsonObject } | { readonly wrong: string } {
  try {
    const value = JSON.parse(json) as JsonValue
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: value as JsonObject }
    return { wrong: 'the payload is no object' }
  } catch {
    return { wrong: 'the payload is no JSON' }
  }
}
