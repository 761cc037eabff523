/** An approval: exactly what is shown is approved, and nothing that came in its place meanwhile. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ActionsView } from '../../contract/orders.js'
import { Dialog } from '../parts/dialog.js'
import { plain, shown } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { filledCommand } from './filled-command.js'
import { OrderForm } from './order-form.js'
import { emptyPayload, PayloadFields } from './payload-fields.js'

export interface ApproveDialogProps {
  readonly agent: string
  readonly event: ActionsView['events'][number]
  readonly standing: ComponentChildren
}

export function ApproveDialog({ agent, event, standing }: ApproveDialogProps) {
  const { asked, type, command, refused } = event
  const [payload, setPayload] = useState(() => emptyPayload(event.schema))
  const unknown = asked === undefined ? (refused?.message ?? 'its definition is not loaded') : undefined
  const off = unknown ?? ('wrong' in payload ? payload.wrong : undefined)
  return (
    <Dialog title={`Approve ${plain(type)}`} onClose={closeDialog}>
      <OrderForm
        verb="Approve exactly this"
        command={filledCommand(command, payload)}
        off={off}
        order={(notes) => ({
          ...notes,
          agent,
          do: 'approve',
          event: { ...('value' in payload ? payload.value : {}), type },
          payloadHash: asked?.payloadHash ?? '',
          revision: asked?.revision ?? 0,
        })}
      >
        {standing}
        <p>
          {shown(agent)} waits for a person to approve <strong>{shown(type)}</strong>. This, and nothing else, is
          approved:
        </p>
        {asked === undefined ? (
          <p class="failure">What exactly is not known: {shown(unknown ?? '')}</p>
        ) : (
          <pre class="approved" tabIndex={0}>
            {shown(JSON.stringify(asked.payload, undefined, 2))}
          </pre>
        )}
        {event.schema === undefined ? null : <PayloadFields schema={event.schema} onPayload={setPayload} />}
      </OrderForm>
    </Dialog>
  )
}
