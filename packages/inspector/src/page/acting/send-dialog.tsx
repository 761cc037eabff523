/** An event as a form of its schema. */
import { useMemo, useState } from 'preact/hooks'
import type { ActionsView } from '../../contract/orders.js'
import { Dialog } from '../parts/dialog.js'
import { plain } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { filledCommand } from './filled-command.js'
import { OrderForm } from './order-form.js'
import { emptyPayload, PayloadFields } from './payload-fields.js'

export interface SendDialogProps {
  readonly agent: string
  readonly event: ActionsView['events'][number]
  /** That the form was made for. */
  readonly revision: number
}

export function SendDialog({ agent, event, revision }: SendDialogProps) {
  const { type, schema, command, isTaken } = event
  const [payload, setPayload] = useState(() => emptyPayload(schema))
  const id = useMemo(() => crypto.randomUUID(), []) // given again, it is taken once
  const value = 'value' in payload ? payload.value : {}
  return (
    <Dialog title={`Send ${plain(type)}`} onClose={closeDialog}>
      <OrderForm
        verb="Send"
        off={'wrong' in payload ? payload.wrong : undefined}
        command={filledCommand(command, payload)}
        order={(notes) => ({
          ...notes,
          agent,
          do: 'send',
          event: { ...value, type },
          id,
          expectedRevision: revision,
        })}
      >
        <PayloadFields schema={schema} onPayload={setPayload} />
        {isTaken === false ? <p class="failure">Its guards do not take it where the agent stands.</p> : null}
      </OrderForm>
    </Dialog>
  )
}
