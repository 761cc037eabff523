/** The dialog of an order that is being made. */
import { useState } from 'preact/hooks'
import { Button } from '../parts/button.js'
import { Dialog } from '../parts/dialog.js'
import type { AgentModel } from '../state/agent-model.js'
import { closeDialog, dialog } from '../state/dialogs.js'
import { moveTo } from '../state/moving.js'
import { ApproveDialog } from './approve-dialog.js'
import { ForkDialog } from './fork-dialog.js'
import { ResolveDialog } from './resolve-dialog.js'
import { SendDialog } from './send-dialog.js'
import { WayDialog } from './way-dialog.js'

export function Orders({ model }: { readonly model: AgentModel }) {
  const open = dialog.value
  const { agent } = model
  switch (open?.kind) {
    case 'revision':
      return <RevisionDialog model={model} />
    case 'fork':
      return <ForkDialog agent={agent} at={open.at} />
    case 'send':
      return <SendDialog agent={agent} event={open.event} revision={open.revision} />
    case 'approve':
      return <ApproveDialog agent={agent} event={open.event} />
    case 'resolve':
      return <ResolveDialog agent={agent} doubt={open.doubt} />
    case 'way':
      return <WayDialog agent={agent} way={open.way} />
    case undefined:
      return null
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
