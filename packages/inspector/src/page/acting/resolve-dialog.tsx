/** An effect of which no one can tell whether it happened: a person says what became of it. */
import type { JsonValue } from '@refold/core/record'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ActionsView, OrderedResolution } from '../../contract/orders.js'
import { Dialog } from '../parts/dialog.js'
import { plain, shown } from '../parts/safe-text.js'
import { closeDialog } from '../state/dialogs.js'
import { filledResolution } from './filled-command.js'
import { OrderForm } from './order-form.js'

type How = OrderedResolution['how']

const WAYS: readonly { readonly how: How; readonly name: string; readonly about: string }[] = [
  { how: 'complete', name: 'It happened', about: 'It counts as done, with the output below.' },
  { how: 'again', name: 'Run it again', about: 'It did not happen: its body runs once more, with the same key.' },
  { how: 'fail', name: 'It failed', about: 'It counts as failed, for the reason below.' },
  { how: 'acknowledge', name: 'Forget it', about: 'The chart left it already: nothing comes of it any more.' },
]

export interface ResolveDialogProps {
  readonly agent: string
  readonly doubt: ActionsView['doubts'][number]
  readonly standing: ComponentChildren
}

export function ResolveDialog({ agent, doubt, standing }: ResolveDialogProps) {
  const ways = WAYS.filter((way) => way.how in doubt.commands)
  const [how, setHow] = useState<How>(doubt.isAbandoned ? 'acknowledge' : 'complete')
  const [text, setText] = useState('')
  const resolution = resolutionOf(how, text)
  const asks = how === 'complete' || how === 'fail'
  return (
    <Dialog title={`Resolve ${plain(doubt.src)}`} onClose={closeDialog}>
      <OrderForm
        verb="Resolve"
        isDanger={how === 'again'}
        off={
          resolution === undefined
            ? 'the output is no JSON'
            : how === 'fail' && text === ''
              ? 'the reason is missing'
              : undefined
        }
        command={filledResolution(doubt.commands[how], { how, text })}
        order={(notes) => ({
          ...notes,
          agent,
          do: 'resolve',
          effect: doubt.effect,
          revision: doubt.revision,
          ...(resolution ?? { how: 'acknowledge' }),
        })}
      >
        {standing}
        <p>
          <strong>{shown(doubt.src)}</strong> began, and no one can tell whether it happened
          {doubt.why === undefined ? '' : `: ${plain(doubt.why)}`}. Look outside, then say what became of it.
        </p>
        <fieldset class="choices">
          <legend class="sr-only">What became of it</legend>
          {ways.map((way) => (
            <label key={way.how} class={way.how === how ? 'choice chosen' : 'choice'}>
              <input type="radio" name="how" checked={way.how === how} onChange={() => setHow(way.how)} />
              <span>
                <strong>{way.name}</strong>
                <small>{way.about}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {asks ? (
          <label class="field">
            <span>{how === 'complete' ? 'Output, as JSON (may be left out)' : 'Why it failed'}</span>
            <textarea
              class={how === 'complete' ? 'mono' : ''}
              rows={3}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
        ) : null}
      </OrderForm>
    </Dialog>
  )
}

/** `undefined`: the output is no JSON. */
function resolutionOf(how: How, text: string): OrderedResolution | undefined {
  if (how === 'fail') return { how, value: text }
  if (how !== 'complete') return { how }
  try {
    return { how, value: text.trim() === '' ? null : (JSON.parse(text) as JsonValue) }
  } catch {
    return undefined
  }
}
