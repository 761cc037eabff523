/** Another agent that goes on from a revision: planned first, with its price. */
import { useState } from 'preact/hooks'
import type { CodedError } from '../../contract/answer.js'
import type { Order, OrderDone, OrderNotes } from '../../contract/orders.js'
import { codedOf } from '../data/source.js'
import { Button } from '../parts/button.js'
import { Dialog } from '../parts/dialog.js'
import { Failure } from '../parts/failure.js'
import { plain, shown } from '../parts/safe-text.js'
import { go } from '../route.js'
import { closeDialog } from '../state/dialogs.js'
import { say } from '../state/notices.js'
import { source } from '../state/session.js'
import { OrderForm } from './order-form.js'

type ForkOrder = Extract<Order, { do: 'fork' }>
type Timers = NonNullable<ForkOrder['timers']>
type Keys = NonNullable<ForkOrder['keys']>

interface Request {
  readonly as: string
  readonly timers: Timers
  readonly keys: Keys
}

export function ForkDialog({ agent, at }: { readonly agent: string; readonly at: number }) {
  const id = agent.slice(agent.indexOf('-') + 1)
  const [request, setRequest] = useState<Request>({ as: `${id}-fork-${at}`, timers: 'shift', keys: 'new' })
  const [plan, setPlan] = useState<OrderDone | undefined>(undefined)
  const [error, setError] = useState<CodedError | undefined>(undefined)
  const order = (notes: OrderNotes): ForkOrder & { agent: string } => ({ ...notes, agent, do: 'fork', at, ...request })
  const planIt = async (): Promise<void> => {
    try {
      setPlan(await source.peek()?.order({ ...order({}), plan: true }))
      setError(undefined)
    } catch (thrown) {
      setPlan(undefined)
      setError(codedOf(thrown))
    }
  }
  const change = (part: Partial<Request>): void => {
    setRequest({ ...request, ...part })
    setPlan(undefined)
  }
  return (
    <Dialog isWide title={`Fork ${plain(agent)} at revision ${at}`} onClose={closeDialog}>
      <OrderForm
        verb="Fork, paused"
        off={plan === undefined ? 'plan it first' : undefined}
        command={plan?.command.replace(' --dry-run', '')}
        order={order}
        onDone={forked}
      >
        <p>
          Another agent goes on from where {shown(agent)} was after revision {at}. It shares the past, and the origin
          goes on as if nothing were. It is made paused: nothing runs before you resume it.
        </p>
        <ForkFields request={request} onChange={change} />
        <Failure error={error} what="the plan" />
        {plan === undefined ? (
          <Button kind="plain" icon="search" onClick={() => void planIt()}>
            Plan it: what it reuses, runs and costs
          </Button>
        ) : (
          <pre class="plan" tabIndex={0}>
            {shown(plan.planText ?? JSON.stringify(plan.plan, undefined, 2))}
          </pre>
        )}
      </OrderForm>
    </Dialog>
  )
}

function forked(done: OrderDone): void {
  closeDialog()
  say(`Forked: ${done.agent}.`)
  go({ view: 'agent', agent: done.agent })
}

function ForkFields({
  request,
  onChange,
}: {
  readonly request: Request
  readonly onChange: (part: Partial<Request>) => void
}) {
  return (
    <div class="field-row">
      <label class="field grow">
        <span>Its id</span>
        <input value={request.as} spellcheck={false} onInput={(event) => onChange({ as: event.currentTarget.value })} />
      </label>
      <label class="field">
        <span>Timers</span>
        <select value={request.timers} onChange={(event) => onChange({ timers: event.currentTarget.value as Timers })}>
          <option value="shift">count on from now</option>
          <option value="keep">keep their times</option>
          <option value="drop">are dropped</option>
        </select>
      </label>
      <label class="field">
        <span>Keys of pending effects</span>
        <select value={request.keys} onChange={(event) => onChange({ keys: event.currentTarget.value as Keys })}>
          <option value="new">new: they happen again</option>
          <option value="keep">kept: as the origin’s</option>
        </select>
      </label>
    </div>
  )
}
