/** What the agent is, in one line, and what can be done. */
import type { HeldUp } from '../../answers/held-up.js'
import type { PointView } from '../../contract/agent.js'
import { RevisionLink } from '../panels/effect-detail.js'
import { ActionBar } from '../acting/action-bar.js'
import { Button } from '../parts/button.js'
import { Icon } from '../parts/icon.js'
import { shown } from '../parts/safe-text.js'
import { StatusBadge } from '../parts/status-badge.js'
import { count, momentOf } from '../parts/time-words.js'
import { addressOf } from '../route.js'
import type { AgentModel } from '../state/agent-model.js'
import { goLive } from '../state/moving.js'
import { session } from '../state/session.js'

export interface AgentHeaderProps {
  readonly model: AgentModel
  readonly point: PointView | undefined
}

export function AgentHeader({ model, point }: AgentHeaderProps) {
  const head = model.head.value
  if (head === undefined) return null
  return (
    <header class="agent-head">
      <div class="agent-name">
        <a class="crumb" href={addressOf({ view: 'fleet', definition: head.definition })}>
          {shown(head.definition)}
        </a>
        <h1>{shown(model.agent)}</h1>
        <span class="quiet">v{head.version}</span>
        {point === undefined ? null : <StatusBadge status={point.status} condition={point.condition} />}
        <LiveMark model={model} />
      </div>
      <div class="agent-facts quiet">
        <Owner point={point} />
        {point === undefined ? null : <span title="Of the chosen record">{momentOf(point.at)}</span>}
        {head.forkedFrom === undefined ? null : <ForkMark model={model} />}
        {head.hidesSecrets ? (
          <span title="Values of secret fields are hidden by the server">
            <Icon name="lock" /> secrets hidden
          </span>
        ) : null}
      </div>
      <ActionBar model={model} />
      <HeldUp point={point} model={model} />
      <Trouble model={model} />
    </header>
  )
}

function Owner({ point }: { readonly point: PointView | undefined }) {
  if (point === undefined) return null
  const { worker, epoch } = point.owner
  return (
    <span>
      <Icon name="owner" /> {worker === undefined ? 'no owner' : shown(worker)}, epoch {epoch}
    </span>
  )
}

function LiveMark({ model }: { readonly model: AgentModel }) {
  if (session.value?.isFile === true) return <span class="tag">file</span>
  if (model.isLive.value)
    return (
      <span class="live-mark" role="status">
        live
      </span>
    )
  const behind = model.last.value - model.revision.value
  return (
    <Button kind="quiet" icon="live" title="Follow the newest record (L)" onClick={goLive}>
      {behind > 0 ? `${count(behind)} newer` : 'Follow'}
    </Button>
  )
}

function ForkMark({ model }: { readonly model: AgentModel }) {
  const { forkedFrom } = model.head.value ?? {}
  if (forkedFrom === undefined) return null
  const { agent, revision } = forkedFrom
  return (
    <span>
      <Icon name="fork" /> of <a href={addressOf({ view: 'agent', agent, at: revision })}>{shown(agent)}</a> at{' '}
      {count(revision)}, <a href={addressOf({ view: 'compare', left: agent, right: model.agent })}>compare</a>
    </span>
  )
}

/** What holds the agent up, at the chosen record. */
function HeldUp({ point, model }: { readonly point: PointView | undefined; readonly model: AgentModel }) {
  const held = point?.heldUp as HeldUp | undefined
  if (held === undefined) return null
  const { condition, error, state, event, by, reason, since } = held
  return (
    <div class={condition === 'blocked' ? 'held-up bad' : 'held-up'} role="status">
      <Icon name={condition === 'paused' ? 'pause' : 'alert'} />
      <p>
        <strong>{CONDITIONS[condition] ?? condition}</strong>
        {since === undefined ? '' : ` since ${momentOf(since)}`}
        {by === undefined ? null : <> by {shown(by)}</>}
        {error === undefined ? null : <>: {shown(error)}</>}
        {reason === undefined ? null : <>: {shown(reason)}</>}
        {state === undefined ? null : <span class="quiet"> in {shown(state.join(', '))}</span>}
        {event === undefined ? null : <span class="quiet"> on {shown(event)}</span>}
      </p>
      <span class="grow" />
      {held.revision === undefined || held.revision === model.revision.value ? null : (
        <RevisionLink model={model} revision={held.revision} at={since ?? 0} />
      )}
    </div>
  )
}

const CONDITIONS: Readonly<Record<string, string>> = {
  blocked: 'Blocked',
  paused: 'Paused',
  'in-doubt': 'In doubt: an effect began and no one can tell whether it happened',
  suspected: 'Suspected of ending its workers',
}

function Trouble({ model }: { readonly model: AgentModel }) {
  const trouble = model.head.value?.trouble
  if (trouble === undefined) return null
  return (
    <div class="held-up bad" role="status">
      <Icon name="alert" />
      <p>
        <strong>States end before revision {count(trouble.revision)}: </strong>
        {shown(trouble.error.message)}
        {model.revision.value > model.stateAt.value
          ? ` What is shown is the state after ${count(model.stateAt.value)}.`
          : ''}
      </p>
    </div>
  )
}
