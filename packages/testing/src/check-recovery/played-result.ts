/** What a run came to: what a crash may not change, and what it may not come to at all. */
import { isRefoldError } from '@refold/core'
import type { AnyAgent, AnyAgentState, JsonObject, JsonValue, StoredEvent } from '@refold/core'
import type { RecordMetadata } from '@refold/core/record'
import { foldStream } from '../simulation/reference-fold.js'
import type { Cast } from './cast.js'
import { refusedOption } from './refused-option.js'
import { SameActors } from './same-actors.js'

/** One record without what a takeover may change: revisions, keys, times. */
export interface DomainRecord {
  readonly type: string
  readonly data: unknown
}

/** One agent at the end of a run. */
export interface PlayedAgent {
  readonly final: { readonly [field: string]: unknown }
  readonly history: readonly DomainRecord[]
  /** As they are stored. */
  readonly records: readonly StoredEvent[]
  readonly emitted: readonly JsonValue[]
  /** Each held a record, or several. */
  readonly appends: number
}

/** Its records, and what its process shows of it. */
export function playedAgent(
  records: readonly StoredEvent[],
  { agent, appends }: { readonly agent: AnyAgent | undefined; readonly appends: number },
): PlayedAgent {
  const { status, value, context, output, error, condition, deferred, children } = agent?.getSnapshot() ?? {}
  const actors = new SameActors()
  const history = records
    .filter(isDomain)
    .map(({ type, data }) => ({ type, data: actors.numbered(comparable(type, data)) }))
  const shown = actors.numbered({ context, output, children: children && listed(children) }) as object
  return {
    final: { status, value, ...shown, error, condition, deferred: deferred?.map(({ type }) => type) },
    history,
    records,
    emitted: records.flatMap(({ metadata }) => (metadata as unknown as RecordMetadata).refold.body.emit ?? []),
    appends,
  }
}

/** With those below them. Under which name a child is listed is its own id or its actor's name. */
function listed(children: AnyAgentState['children']): readonly object[] {
  return Object.values(children).flatMap((child) =>
    child === undefined ? [] : [{ ...child, children: listed(child.children) }],
  )
}

/** Why the first blocked agent goes no further. */
export function blockedIn(agents: ReadonlyMap<string, AnyAgent>): string | undefined {
  for (const [stream, agent] of agents) {
    const { blocked } = agent.getSnapshot()
    if (blocked !== undefined) return `${stream} is blocked: ${blocked.error.message}`
  }
  return undefined
}

/** An agent that is not there is no child that was checked. Throws `INVALID_INPUT`. */
export function requireStarted(records: ReadonlyMap<string, readonly StoredEvent[]>, { members }: Cast): void {
  const names = members.map(({ definition }) => definition.name)
  for (const [stream, events] of records) {
    if (!events.some(({ type }) => type.startsWith('refold.message.'))) continue
    for (const { after } of foldStream(events))
      for (const [to, line] of Object.entries(after?.outbox?.to ?? {})) {
        const name = to.slice(0, to.indexOf('-'))
        if (names.includes(name) || !line.some(({ kind }) => kind === 'start')) continue
        const hint = 'Give the definitions of all agents that it starts or writes to.'
        throw refusedOption('agents', `'${name}' is not there, and ${stream} starts one`, hint)
      }
  }
}

/** What a caller of `send` may be told by an agent that is as it should be. */
export function isNotTaken(error: unknown): boolean {
  const codes = ['EVENT_NOT_ACCEPTED', 'EVENT_REFUSED', 'NOT_ACTIVE', 'STALE_APPROVAL'] as const
  return codes.some((code) => isRefoldError(error, code))
}

/** What a takeover adds, and what is heard of other agents and moves no chart: between several of them there is no order. */
const OF_RECOVERY: ReadonlySet<string> = new Set([
  'refold.claimed',
  'refold.released',
  'refold.cleared',
  'refold.effect.started',
  'refold.effect.resolved',
  'refold.effect.doubted',
  'refold.effect.step',
  'refold.message.acknowledged',
  'refold.child.ended',
])

/** Whether it is there with and without a crash. An outcome that comes late moves no chart, and a crash leaves a doubt in its place. */
export function isDomain({ type, metadata }: StoredEvent): boolean {
  const { refold } = metadata as unknown as Partial<RecordMetadata>
  return !OF_RECOVERY.has(type) && refold?.input.late !== true
}

/** Without times, attempts, and the revisions that records of Refold's own name: who settles a doubt says only what became of it. */
function comparable(type: string, data: JsonValue): JsonValue {
  if (!type.startsWith('refold.') || typeof data !== 'object' || data === null || Array.isArray(data)) return data
  const { lateMs: _lateMs, retryAt: _retryAt, deadlineAt, ...others } = data as { readonly [key: string]: JsonValue }
  const timeless = type === 'refold.cancel' || deadlineAt === undefined ? others : { ...others, deadlineAt }
  if (type === 'refold.timer.fired') return withoutName(timeless)
  const rest = type.startsWith('refold.effect.') ? withoutAttempt(timeless) : timeless
  if (type !== 'refold.recalled') return rest
  const { revision: _revision, ...recalled } = rest
  return recalled
}

/** A delayed event without an id of its own is named by the record that asked for it. */
function withoutName({ timer, ...fired }: JsonObject): JsonObject {
  return typeof timer === 'string' && !/^\d+\.t\d+$/.test(timer) ? { timer, ...fired } : fired
}

/** What the attempt was, and what it cost: an outcome that someone tells says neither. */
function withoutAttempt({ attempt: _attempt, final: _final, usage: _usage, ...outcome }: JsonObject): JsonObject {
  return outcome
}
