/** What the agent is, in one line, and what can be done. */
import type { PointView } from '../../contract/agent.js'
import { ActionBar } from '../acting/action-bar.js'
import { Button } from '../parts/button.js'
import { Icon } from '../parts/icon.js'
import { shown } from '../parts/safe-text.js'
import { StatusBadge } from '../parts/status-badge.js'
import { count, momentOf } from '../parts/time-words.js'
import { addressOf } from '../route.js'
import type { AgentModel } from '../state/agent-model.js'
import { change, goLive } from '../state/moving.js'
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
      <Icon name="fork" /> of <a href={addressOf({ view: 'agent', agent, at: revision })}>{shown(agent)}</a> at {count(revision)},{' '}
      <a href={addressOf({ view: 'compare', left: agent, right: model.agent })}>compare</a>
    </span>
  )
}

/** What holds the agent up, at the chosen record. */
function HeldUp({ point, model }: { readonly point: PointView | undefined; readonly model: AgentModel }) {
  const held = point?.heldUp
  if (held === undefined) return null
  const words = Object.entries(held).flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []))
  return (
    <div class="held-up" role="status">
      <Icon name="alert" />
      <p>
        <strong>Held up: </strong>
        {words.length === 0 ? shown(JSON.stringify(held)) : shown(words.map(({ value }) => value).join(' · '))}
      </p>
      <span class="grow" />
      {model.isLive.value ? null : <span class="quiet">at revision {count(point?.revision ?? 0)}</span>}
      <Button kind="plain" onClick={() => change({ panel: 'explain' })}>
        Explain
      </Button>
    </div>
  )
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
      </p>
    </div>
  )
}
