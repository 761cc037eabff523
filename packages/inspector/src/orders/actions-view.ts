/** What can be done with an agent where it stands now. */
import { takenEvents } from '@refold/core/history'
import type { HistoryPoint, TakenEvent } from '@refold/core/history'
import { isRefoldError } from '@refold/core/store'
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { OpenedAgent } from '../answers/opened-agents.js'
import { codedError } from '../answers/coded-error.js'
import { eventCommand, waysInWords } from '../commands/ways-on.js'
import type { WayOfWords, WaysOptions } from '../commands/ways-on.js'
import { refoldCommand } from '../commands/shell-words.js'
import type { ActionsView } from '../contract/orders.js'
import { attached } from './acting.js'
import type { Acting } from './acting.js'

export interface ActionsQuery {
  /** Where the commands are to look. */
  readonly places: WaysOptions
  /** Absent: no definitions are loaded. */
  readonly acting?: Acting | undefined
}

/** From its newest state that can be folded. Rejects with what its history says where there is none. */
export async function actionsOf(
  { history, chart: chartOf }: OpenedAgent,
  { places, acting }: ActionsQuery,
): Promise<ActionsView> {
  const agent = history.stream
  const point = await history.at(history.lastState)
  const chart = await chartOf(point.document.agent.fingerprint)
  const takes = chart === undefined || !takesEvents(point) ? [] : takenEvents(chart, point.active)
  const events = takes
    .filter(({ type }) => !type.includes('*'))
    .map((event) => eventOf(event, { agent, chart, places, acting, hide: (payload) => history.hide(payload) }))
  return {
    agent,
    revision: point.revision,
    events: await Promise.all(events),
    doubts: doubtsOf(point, { agent, chart, places }),
    ways: waysOf(waysInWords({ agent, point, takes: [], chart }, places), { agent, point, places }),
  }
}

function takesEvents({ status, condition }: HistoryPoint): boolean {
  return status === 'active' && condition !== 'blocked'
}

type EventView = ActionsView['events'][number]

interface EventQuery extends ActionsQuery {
  readonly agent: string
  readonly chart: JsonObject | undefined
  /** Without what a schema says is secret. */
  readonly hide: (payload: JsonValue) => JsonValue
}

async function eventOf(event: TakenEvent, query: EventQuery): Promise<EventView> {
  const { agent, chart, places, acting } = query
  const { type, needsApproval } = event
  const schema = memberOf(memberOf(memberOf(chart, 'schemas'), 'events'), type)
  const known = acting === undefined ? {} : await knownByCode(event, { ...query, acting, schema })
  return {
    type,
    needsApproval,
    ...(schema === undefined ? undefined : { schema }),
    ...known,
    command: eventCommand({ agent, chart, ...event, shown: known.asked }, places),
  }
}

type KnownByCode = Pick<EventView, 'asked' | 'refused' | 'isTaken'>

async function knownByCode(
  { type, needsApproval }: TakenEvent,
  { agent, acting, schema, hide }: EventQuery & { readonly acting: Acting; readonly schema: JsonValue | undefined },
): Promise<KnownByCode> {
  try {
    const opened = await attached(acting, agent)
    const isTaken = needsPayload(schema) ? undefined : { isTaken: await opened.can({ type }) }
    if (!needsApproval) return { ...isTaken }
    const { payload, payloadHash, revision } = await opened.approval(type)
    return { ...isTaken, asked: { payload: hide(payload as JsonValue), payloadHash, revision } }
  } catch (error) {
    if (!isRefoldError(error)) throw error
    return { refused: codedError(error) }
  }
}

function needsPayload(schema: JsonValue | undefined): boolean {
  const required = memberOf(schema, 'required')
  return Array.isArray(required) && required.some((member) => member !== 'type')
}

interface DoubtsQuery {
  readonly agent: string
  readonly chart: JsonObject | undefined
  readonly places: WaysOptions
}

function doubtsOf({ effects }: HistoryPoint, { agent, chart, places }: DoubtsQuery): ActionsView['doubts'] {
  return effects.flatMap(({ effect, src, inDoubt, abandoned }) => {
    const since = inDoubt?.since ?? abandoned?.at
    const revision = (inDoubt ?? abandoned)?.revision
    if (since === undefined || revision === undefined) return []
    const schema = memberOf(memberOf(memberOf(chart, 'schemas'), 'outputs'), src)
    return [
      {
        effect,
        src,
        since,
        revision,
        commands: resolvingCommands({ agent, effect, revision, isAbandoned: abandoned !== undefined }, places),
        isAbandoned: abandoned !== undefined,
        ...(inDoubt === undefined ? undefined : { why: inDoubt.why }),
        ...(schema === undefined ? undefined : { schema }),
      },
    ]
  })
}

interface Resolved {
  readonly agent: string
  readonly effect: string
  readonly revision: number
  readonly isAbandoned: boolean
}

function resolvingCommands(
  { agent, effect, revision, isAbandoned }: Resolved,
  places: WaysOptions,
): ActionsView['doubts'][number]['commands'] {
  const command = (...how: readonly string[]): string =>
    refoldCommand(['resolve', agent, effect], { ...places, options: [...how, '--revision', String(revision)] })
  return {
    complete: command('--complete', '…'),
    fail: command('--fail', '…'),
    ...(isAbandoned ? { acknowledge: command('--acknowledge') } : { again: command('--again') }),
  }
}

type WayView = ActionsView['ways'][number]
type Does = NonNullable<WayView['do']>

const DOES: readonly string[] = ['retry', 'pause', 'resume', 'cancel'] satisfies readonly Does[]

interface WaysQuery {
  readonly agent: string
  readonly point: HistoryPoint
  readonly places: WaysOptions
}

/** A command that names the agent can be done from here; what any agent that goes on may be told stands at the end. */
function waysOf(ways: readonly WayOfWords[], { agent, point, places }: WaysQuery): readonly WayView[] {
  const { status, condition, cancelling, paused } = point
  const isActive = status === 'active'
  const more: WayView[] = []
  const has = (verb: string): boolean => ways.some(({ words }) => words[0] === verb)
  const add = (verb: Does, what: string): unknown =>
    more.push({ do: verb, what, command: refoldCommand([verb, agent], places) })
  if (isActive && paused === undefined && condition !== 'blocked') add('pause', 'hold its effects and timers')
  if (isActive && cancelling === undefined && !has('cancel')) add('cancel', 'end it as stopped')
  return [
    ...ways.map(({ what, command, words: [verb = '', named] }) => ({ ...does(verb, named), what, command })),
    ...more,
  ]
}

function does(verb: string, named: string | undefined): Pick<WayView, 'do'> {
  return named !== undefined && DOES.includes(verb) ? { do: verb as Does } : {}
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return undefined
  return (value as JsonObject)[key]
}
