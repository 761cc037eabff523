/** What all orders have: who and why, the command that does the same, and what came of it. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { CodedError } from '../../contract/answer.js'
import type { Order, OrderDone, OrderNotes } from '../../contract/orders.js'
import { codedOf } from '../data/source.js'
import { Button } from '../parts/button.js'
import { Failure } from '../parts/failure.js'
import { shown } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { copy, say } from '../state/notices.js'
import { session, source } from '../state/session.js'

export interface OrderFormProps {
  readonly children?: ComponentChildren
  /** What the button says. */
  readonly verb: string
  readonly isDanger?: boolean
  /** The command that does the same, before it was done. */
  readonly command?: string | undefined
  /** Why it cannot be given yet. */
  readonly off?: string | undefined
  readonly order: (notes: OrderNotes) => Order
  /** Default: closes the dialog. */
  readonly onDone?: (done: OrderDone) => void
}

export function OrderForm(props: OrderFormProps) {
  const [notes, setNotes] = useState<OrderNotes>(() =>
    session.peek()?.by === undefined ? {} : { by: session.peek()?.by ?? '' },
  )
  const [error, setError] = useState<CodedError | undefined>(undefined)
  const [isGiven, setGiven] = useState(false)
  const give = async (): Promise<void> => {
    setGiven(true)
    try {
      const done = await source.peek()?.order(props.order(withoutEmpty(notes)))
      if (done !== undefined) (props.onDone ?? ended)(done)
      setError(undefined)
    } catch (thrown) {
      setError(codedOf(thrown))
    }
    setGiven(false)
  }
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isGiven && props.off === undefined) void give()
      }}
    >
      {props.children}
      <NotesFields notes={notes} onNotes={setNotes} />
      {props.command === undefined ? null : <Command text={props.command} />}
      <Failure error={error} what={props.verb.toLowerCase()} />
      <div class="form-end">
        <Button kind="plain" onClick={closeDialog}>
          Leave it
        </Button>
        <Button
          type="submit"
          kind={props.isDanger === true ? 'danger' : 'main'}
          off={isGiven ? 'it is under way' : props.off}
        >
          {props.verb}
        </Button>
      </div>
    </form>
  )
}

function ended(done: OrderDone): void {
  closeDialog()
  say(done.revision === undefined ? 'Done.' : `Done: revision ${done.revision}.`)
}

function withoutEmpty({ by, reason }: OrderNotes): OrderNotes {
  return {
    ...(by === undefined || by === '' ? {} : { by }),
    ...(reason === undefined || reason === '' ? {} : { reason }),
  }
}

interface NotesProps {
  readonly notes: OrderNotes
  readonly onNotes: (notes: OrderNotes) => void
}

function NotesFields({ notes, onNotes }: NotesProps) {
  return (
    <div class="field-row">
      <label class="field">
        <span>By</span>
        <input
          value={notes.by ?? ''}
          placeholder="who does this"
          onInput={(event) => onNotes({ ...notes, by: event.currentTarget.value })}
        />
      </label>
      <label class="field grow">
        <span>Reason</span>
        <input
          value={notes.reason ?? ''}
          placeholder="why: it is recorded"
          onInput={(event) => onNotes({ ...notes, reason: event.currentTarget.value })}
        />
      </label>
    </div>
  )
}

function Command({ text }: { readonly text: string }) {
  return (
    <div class="command">
      <code>{shown(text)}</code>
      <Button kind="quiet" icon="copy" title="Copy the command" onClick={() => void copy(text, 'the command')} />
    </div>
  )
}
