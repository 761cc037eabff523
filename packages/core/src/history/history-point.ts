/** What an agent was at one point: the objects that a state document holds, in words for readers. */
import { conditionOf, statusOf } from '../decide/summary.js'
import { effectKey } from '../decide/effects-part.js'
import { addressOf } from '../definition/agent-address.js'
import type { AgentAddress } from '../definition/agent-address.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { withoutUndefined } from '../json/without-undefined.js'
import { activeStates } from '../record/active-states.js'
import { nodeOf } from '../record/asking-node.js'
import { lifeNumberIn, recordsBefore } from '../record/life.js'
import type { AgentStatus, Condition } from '../record/record.js'
import type {
  ActorDocument,
  ActorId,
  ActorKind,
  AgentPart,
  EffectDocument,
  EffectId,
  ErrorData,
  StateDocument,
  TimerDocument,
  TimerId,
} from '../record/state-document.js'
import { ownId, pointedValues } from '../step/actor-pointers.js'
import type { PointedValues } from '../step/actor-pointers.js'
import type { Outline, OwnerChange } from './outline.js'

/** An effect that had no recorded outcome yet. */
export interface PointEffect extends Omit<EffectDocument, 'attempts'> {
  readonly effect: EffectId
  /** The idempotency key of all its attempts. */
  readonly key: string
  /** The record that asked for it. Below 0: one of the origin of a fork, -1 being that which it goes on after; so with timers and children. */
  readonly scheduledAt: number
  /** Attempts that failed so far. */
  readonly attempts: number
  /** Its records so far, after that one: what became of its attempts and steps. */
  readonly records: readonly { readonly revision: number; readonly kind: string; readonly at: number }[]
}

/** A timer that had not fired. `due` in epoch milliseconds. */
export interface PointTimer extends Omit<TimerDocument, 'id' | 'refs'> {
  readonly timer: TimerId
  /** XState's id of the delayed event. */
  readonly id: string
  /** The record that set it. */
  readonly setAt: number
  /** Milliseconds from the record of this point; below 0: overdue already. */
  readonly dueIn: number
}

/** An actor below the root: a child machine, other logic, or the one that stands for an effect. */
export interface PointChild {
  /** Its path of ids from the root. */
  readonly path: readonly string[]
  readonly actor: ActorId
  readonly kind: ActorKind
  readonly src?: string
  /** The state node that invoked it. */
  readonly node?: string
  readonly status: AgentStatus
  readonly active: readonly string[]
  /** The record that made it. */
  readonly startedAt: number
  readonly context?: JsonValue
  readonly output?: JsonValue
  readonly error?: JsonValue
}

/** An input or an event that was stored, and not decided yet. */
export interface PointWaiting {
  /** Of its record. */
  readonly revision: number
  readonly input: JsonObject
}

/** A message that was not known to have arrived. */
export interface PointMessage {
  readonly to: AgentAddress
  readonly seq: number
  readonly kind: 'event' | 'start' | 'report' | 'undelivered' | 'cancel'
  readonly event?: JsonObject
}

/** What an agent was at one revision. Plain JSON. */
export interface HistoryState {
  readonly revision: number
  /** Of the record, epoch milliseconds. */
  readonly at: number
  readonly status: AgentStatus
  readonly condition: Condition | 'ended'
  /** Paths of the active leaf states of the root machine. */
  readonly active: readonly string[]
  readonly value: JsonValue
  readonly context: JsonValue
  readonly output?: JsonValue
  readonly error?: JsonValue
  /** All of it: what `diff`, `blame` and patches speak of. */
  readonly document: StateDocument
}

/** An agent at one revision, with what its history adds. Plain JSON. */
export interface HistoryPoint extends HistoryState {
  readonly effects: readonly PointEffect[]
  readonly timers: readonly PointTimer[]
  readonly children: readonly PointChild[]
  readonly owner: { readonly worker?: string; readonly epoch: number; readonly since?: number }
  /** Every change of owner until then. */
  readonly owners: readonly OwnerChange[]
  readonly paused?: AgentPart['paused']
  readonly blocked?: { readonly at: number; readonly error: ErrorData }
  readonly cancelling?: AgentPart['cancelling']
  readonly waiting: readonly PointWaiting[]
  readonly deferred: readonly PointWaiting[]
  readonly messages: readonly PointMessage[]
}

/** Which revision it is, and what the outline of the history adds. */
export interface PointContext {
  readonly revision: number
  readonly outline: Outline
  /** Of the state, what may be shown. */
  readonly shown: StateDocument
}

/** What a state that was checked says by itself. */
export function historyState(
  document: StateDocument,
  { revision, at, shown = document }: Pick<HistoryState, 'revision' | 'at'> & { readonly shown?: StateDocument },
): HistoryState {
  const { root } = document
  const { error } = shown.root
  const status = statusOf(document)
  const condition = conditionOf(document)
  const values = pointedValues(shown)
  return withoutUndefined({
    revision,
    at,
    status,
    condition: condition === 'running' && status !== 'active' ? 'ended' : condition,
    active: activeStates(root),
    value: root.value ?? {},
    context: values.member(shown.root, 'context') ?? {},
    output: values.member(shown.root, 'output'),
    error,
    document: shown,
  }) as HistoryState // only members that may be absent are `undefined`
}

/** Reads a state that was checked. */
export function historyPoint(state: StateDocument, { revision, outline, shown }: PointContext): HistoryPoint {
  const { agent } = shown
  const at = outline.get(revision)?.at ?? 0
  const owners = outline.owners(revision)
  const before = recordsBefore(state)
  const values = pointedValues(shown)
  return withoutUndefined({
    ...historyState(state, { revision, at, shown }),
    effects: Object.entries(shown.effects).map((entry) => pointEffect(entry, { revision, outline, before, values })),
    timers: Object.entries(shown.timers).map(([timer, { refs, ...set }]) => ({
      ...set,
      event: values.event(set.event, refs),
      timer,
      setAt: lifeNumberIn(timer) - before,
      dueIn: set.due - at,
    })),
    children: allChildren(shown, { before, values }),
    owner: withoutUndefined({ worker: agent.owner, epoch: agent.epoch, since: owners.at(-1)?.revision }),
    owners,
    paused: agent.paused,
    blocked: agent.blocked,
    cancelling: agent.cancelling,
    waiting: (agent.waiting ?? []).map(waitingInput),
    deferred: (agent.deferred ?? []).map(waitingInput),
    messages: messagesOf(shown),
  }) as HistoryPoint // only members that may be absent are `undefined`
}

function pointEffect(
  [effect, document]: readonly [EffectId, EffectDocument],
  { revision, outline, before, values }: Omit<PointContext, 'shown'> & Pick<Shown, 'before' | 'values'>,
): PointEffect {
  const scheduledAt = lifeNumberIn(effect) - before
  const records = outline.about(effect, { from: scheduledAt, to: revision }).flatMap((at) => {
    const record = outline.get(at)
    return record === undefined ? [] : [{ revision: at, kind: record.kind, at: record.at }]
  })
  const input = values.input(effect) as JsonValue | undefined
  return {
    ...document,
    ...(input === undefined ? undefined : { input }),
    effect,
    key: effectKey(effect, document),
    scheduledAt,
    attempts: document.attempts ?? 0,
    records,
  }
}

interface Shown {
  /** Of ids from the root. */
  readonly path: readonly string[]
  /** Records of the life before this stream. */
  readonly before: number
  readonly values: PointedValues
}

/** Those that their parents list, then the others. */
function allChildren({ root, unlisted }: StateDocument, shown: Omit<Shown, 'path'>): readonly PointChild[] {
  const found = [...childrenOf(root, { path: [], ...shown })]
  const paths = new Map(found.map(({ actor, path }) => [actor, path]))
  for (const { id, parent, actor } of Object.values(unlisted))
    for (const one of child(actor, { path: [...(paths.get(parent) ?? []), id], ...shown })) {
      found.push(one)
      paths.set(one.actor, one.path)
    }
  return found
}

function childrenOf(parent: ActorDocument, { path, ...shown }: Shown): readonly PointChild[] {
  return Object.entries(parent.children ?? {}).flatMap(([id, actor]) =>
    child(actor, { path: [...path, ownId(id, actor)], ...shown }),
  )
}

function child(actor: ActorDocument, at: Shown): readonly PointChild[] {
  const { path, before, values } = at
  const { sid, kind, src, status, error } = actor
  const shown = withoutUndefined({
    path,
    actor: sid,
    kind,
    src,
    node: nodeOf(path.at(-1) ?? '', actor),
    status: status ?? 'active',
    active: activeStates(actor),
    startedAt: lifeNumberIn(sid) - before,
    context: values.member(actor, 'context'),
    output: values.member(actor, 'output'),
    error,
  }) as PointChild // only members that may be absent are `undefined`
  return [shown, ...childrenOf(actor, at)]
}

function waitingInput({ revision, input }: PointWaiting): PointWaiting {
  return { revision, input }
}

function messagesOf({ outbox }: StateDocument): readonly PointMessage[] {
  return Object.entries(outbox?.to ?? {}).flatMap(([to, messages]) =>
    messages.map(({ seq, kind = 'event' as const, event }) => ({
      to: addressOf(to),
      seq,
      kind,
      ...(event === undefined ? undefined : { event }),
    })),
  )
}
