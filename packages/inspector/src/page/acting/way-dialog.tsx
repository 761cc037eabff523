/** Pause, resume, retry, cancel: asked once more, with who and why. */
import type { ComponentChildren } from 'preact'
import type { ActionsView } from '../../contract/orders.js'
import { Dialog } from '../parts/dialog.js'
import { plain, shown } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { OrderForm } from './order-form.js'

export interface WayDialogProps {
  readonly agent: string
  readonly way: ActionsView['ways'][number]
  readonly standing: ComponentChildren
}

/** What an order is called. */
export const VERBS = { retry: 'Retry', pause: 'Pause', resume: 'Resume', cancel: 'Cancel' } as const

export function WayDialog({ agent, way, standing }: WayDialogProps) {
  const { do: what, command } = way
  if (what === undefined) return null
  return (
    <Dialog title={`${VERBS[what]} ${plain(agent)}`} onClose={closeDialog}>
      <OrderForm
        verb={VERBS[what]}
        isDanger={what === 'cancel'}
        command={command}
        order={(notes) => ({ ...notes, agent, do: what })}
      >
        {standing}
        {what === 'cancel' ? (
          <p>{shown(agent)} ends: what it has begun is told to stop, and it does nothing any more.</p>
        ) : null}
      </OrderForm>
    </Dialog>
  )
}
