/** The dialog of an order that is being made. */
import { useState } from 'preact/hooks'
import type { ActionsView } from '../../contract/orders.js'
import { Button } from '../parts/button.js'
import { Dialog } from '../parts/dialog.js'
import type { AgentModel } from '../state/agent-model.js'
import { closeDialog, dialog } from '../state/dialogs.js'
import type { ActDialog, Opened } from '../state/dialogs.js'
import { moveTo } from '../state/moving.js'
import { ApproveDialog } from './approve-dialog.js'
import { ForkDialog } from './fork-dialog.js'
import { ResolveDialog } from './resolve-dialog.js'
import { SendDialog } from './send-dialog.js'
import { Standing } from './standing.js'
import { WayDialog } from './way-dialog.js'

export interface OrdersProps {
  readonly model: AgentModel
  readonly actions: ActionsView | undefined
}

export function Orders({ model, actions }: OrdersProps) {
  const open = dialog.value
  const { agent } = model
  switch (open?.kind) {
    case 'revision':
      return <RevisionDialog model={model} />
    case 'fork':
      return <ForkDialog agent={agent} at={open.at} />
    case 'send':
    case 'approve':
    case 'resolve':
    case 'way':
      return <ActDialogs agent={agent} open={open} now={actions?.revision} />
    case undefined:
      return null
  }
}

interface ActDialogsProps {
  readonly agent: string
  readonly open: ActDialog & { readonly opened: Opened }
  readonly now: number | undefined
}

function ActDialogs({ agent, open, now = open.opened.revision }: ActDialogsProps) {
  const { opened } = open
  const standing = <Standing agent={agent} opened={opened} now={now} />
  switch (open.kind) {
    case 'send':
      return <SendDialog agent={agent} event={open.event} revision={opened.revision} standing={standing} />
    case 'approve':
      return <ApproveDialog agent={agent} event={open.event} standing={standing} />
    case 'resolve':
      return <ResolveDialog agent={agent} doubt={open.doubt} standing={standing} />
    case 'way':
      return <WayDialog agent={agent} way={open.way} standing={standing} />
  }
}

function RevisionDialog({ model }: { readonly model: AgentModel }) {
  const [text, setText] = useState('')
  const { first } = model.columns
  const last = model.last.value
  return (
    <Dialog title="Go to a revision" onClose={closeDialog}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (text !== '') moveTo(model, Number(text))
          closeDialog()
        }}
      >
        <label class="field">
          <span>
            From {first} to {last}
          </span>
          <input
            autofocus
            type="number"
            min={first}
            max={last}
            step={1}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <div class="form-end">
          <Button type="submit" kind="main">
            Go
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
