/** An approval: exactly what is shown is approved, and nothing that came in its place meanwhile. */
import { useMemo } from 'preact/hooks'
import type { ActionsView } from '../../contract/orders.js'
import { Dialog } from '../parts/dialog.js'
import { JsonTree } from '../parts/json-tree.js'
import { plain, shown } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { OrderForm } from './order-form.js'

export interface ApproveDialogProps {
  readonly agent: string
  readonly event: ActionsView['events'][number]
}

export function ApproveDialog({ agent, event }: ApproveDialogProps) {
  const { asked, type, command } = event
  const sections = useMemo(
    () =>
      asked === undefined
        ? []
        : [
            { label: 'payload', path: '/payload', value: asked.payload },
            ...(asked.about === undefined ? [] : [{ label: 'about', path: '/about', value: asked.about }]),
          ],
    [event],
  )
  return (
    <Dialog title={`Approve ${plain(type)}`} onClose={closeDialog}>
      <OrderForm
        verb="Approve exactly this"
        command={command}
        off={asked === undefined ? 'what exactly is asked for is not known: its definition is not loaded' : undefined}
        order={(notes) => ({
          ...notes,
          agent,
          do: 'approve',
          event: { ...(asked?.payload as object), type },
          payloadHash: asked?.payloadHash ?? '',
          ...(asked?.about === undefined ? {} : { about: asked.about }),
        })}
      >
        <p>
          {shown(agent)} waits for a person to approve <strong>{shown(type)}</strong>. This, and nothing else, is
          approved:
        </p>
        <div class="boxed">
          <JsonTree isInline label="What is approved" sections={sections} open={['/payload', '/about']} />
        </div>
        {asked === undefined ? null : <p class="quiet">hash {asked.payloadHash.slice(0, 16)}…</p>}
      </OrderForm>
    </Dialog>
  )
}
