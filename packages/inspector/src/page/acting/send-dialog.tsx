/** An event as a form of its schema. */
import { useMemo, useState } from 'preact/hooks'
import type { ActionsView } from '../../contract/orders.js'
import { Dialog } from '../parts/dialog.js'
import { plain } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { OrderForm } from './order-form.js'
import { emptyPayload, PayloadFields, quotedPayload } from './payload-fields.js'

export interface SendDialogProps {
  readonly agent: string
  readonly event: ActionsView['events'][number]
  /** That the form was made for. */
  readonly revision: number | undefined
}

export function SendDialog({ agent, event, revision }: SendDialogProps) {
  const isFixed = !event.type.includes('*')
  const [type, setType] = useState(isFixed ? event.type : '')
  const [payload, setPayload] = useState(() => emptyPayload(event.schema))
  const id = useMemo(() => crypto.randomUUID(), []) // given again, it is taken once
  const wrong = 'wrong' in payload ? payload.wrong : type === '' ? 'the type is missing' : undefined
  const value = 'value' in payload ? payload.value : {}
  return (
    <Dialog title={isFixed ? `Send ${plain(type)}` : 'Send an event'} onClose={closeDialog}>
      <OrderForm
        verb="Send"
        off={wrong}
        command={`refold send ${agent} ${type || 'TYPE'}${quotedPayload(value)}`}
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
        <PayloadFields schema={event.schema} onPayload={setPayload} />
        {event.isTaken === false ? <p class="failure">Its guards do not take it where the agent stands.</p> : null}
      </OrderForm>
    </Dialog>
  )
}
