/** What was recorded beside what is decided today: the places where they differ. */
import type { Decision, Recorded } from '../decide/decision.js'
import { differingValues } from '../json/differing-values.js'
import type { DifferingValue } from '../json/differing-values.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import { isSameJson } from '../json/same-json.js'
import type { RecordBody, RecordHeader } from '../record/record.js'
import type { StateDocument } from '../record/state-document.js'
import type { StoredEvent } from '../store/port.js'
import type { DifferenceKind, DifferingPlace } from './verified.js'

/** Places that one record may tell. */
const MAX_PLACES = 16
/** Of a state they may be many before those that tell most are chosen. */
const MAX_FOUND = 1_000
/** Characters of a value's JSON. */
const MAX_VALUE = 500

/** What tells most comes first: that of which the others are consequences. */
const ORDER: readonly DifferenceKind[] = [
  ...(['place', 'refused', 'blocked', 'record', 'payload', 'target', 'status', 'error', 'context', 'output'] as const),
  ...(['effect', 'timer', 'child', 'message', 'emitted', 'action', 'delivery', 'kept', 'agent'] as const),
]

/** Whether the record that is decided today is the stored one, operation by operation. A quick look that never errs to the good side. */
export function isSameRecord({ record }: Recorded, { event, header }: RecordedEvent): boolean {
  const { body } = record.metadata.refold
  if (record.type !== event.type || !isSameJson(record.data, event.data)) return false
  return PARTS.every((part) => isSamePart(body[part], header.body[part]))
}

const PARTS = ['patch', 'actions', 'emit', 'deliver'] as const

function isSamePart(one: RecordBody[(typeof PARTS)[number]], other: typeof one): boolean {
  return isSameJson(one as unknown as JsonValue | undefined, other as unknown as JsonValue | undefined)
}

/** A record and its header. */
export interface RecordedEvent {
  readonly event: Pick<StoredEvent, 'type' | 'data'>
  readonly header: RecordHeader
}

/** The places, what tells most first. None: the answers are the same. Fingerprints may differ: they tell of charts, and not of what they decide. */
export function differingPlaces(
  decision: Decision,
  { event, header, after }: RecordedEvent & { readonly after: StateDocument },
): readonly DifferingPlace[] {
  if (decision.kind !== 'recorded') return [{ kind: 'refused', path: '', today: answerOf(decision) }]
  const { record, state } = decision
  if (record.type === 'refold.message.refused') return [{ kind: 'refused', path: '', today: shortOf(record.data) }]
  const { body } = record.metadata.refold
  const found: DifferingPlace[] = []
  if (record.type !== event.type)
    found.push({ kind: 'record', path: '/type', recorded: event.type, today: record.type })
  found.push(...between(event.data, record.data, '/data').map((each) => placeOf('payload', each)))
  for (const [member, kind] of [
    ['emit', 'emitted'],
    ['actions', 'action'],
    ['deliver', 'delivery'],
  ] as const)
    found.push(...between(header.body[member], body[member], `/${member}`).map((each) => placeOf(kind, each)))
  const states = between(withoutChart(after), withoutChart(state), '').map((each) => placeOf(kindOf(each.path), each))
  found.push(...withBlock(withoutNodes(states), after, state))
  return found.toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind)).slice(0, MAX_PLACES)
}

function between(recorded: unknown, today: unknown, path: string): readonly DifferingValue[] {
  const [before, after] = [recorded, today] as (JsonValue | undefined)[] // parts of records and states are JSON
  return differingValues(before, after, { path, limit: MAX_FOUND })
}

function withoutChart(state: StateDocument): StateDocument {
  const { hasSecrets: _secrets, ...agent } = state.agent
  return { ...state, agent: { ...agent, fingerprint: '' } }
}

function placeOf(kind: DifferenceKind, { path, before, after }: DifferingValue): DifferingPlace {
  return {
    kind,
    path,
    ...(before === undefined ? undefined : { recorded: shortOf(before) }),
    ...(after === undefined ? undefined : { today: shortOf(after) }),
  }
}

/** The order of active nodes follows from the value that says where the chart is. */
function withoutNodes(places: readonly DifferingPlace[]): readonly DifferingPlace[] {
  const others = places.filter(({ kind, path }) => kind !== 'target' || !/\/nodes(?:\/\d+)?$/.test(path))
  return others.some(({ kind }) => kind === 'target') ? others : places
}

/** A block is one place, and tells of its error the message: all else follows from it. */
function withBlock(
  places: readonly DifferingPlace[],
  recorded: StateDocument,
  today: StateDocument,
): readonly DifferingPlace[] {
  const path = '/agent/blocked'
  const others = places.filter((place) => !place.path.startsWith(path))
  if (others.length === places.length) return places
  const [before, after] = [recorded, today].map(({ agent }) => agent.blocked?.error.message)
  if (before === after && before !== undefined) return places
  return [placeOf('blocked', { path, before, after }), ...others]
}

const BY_MEMBER: { readonly [member: string]: DifferenceKind } = {
  effects: 'effect',
  timers: 'timer',
  unlisted: 'child',
  outbox: 'message',
  inbox: 'message',
  detachedChildren: 'message',
}

const BY_ACTOR_MEMBER: { readonly [member: string]: DifferenceKind } = {
  value: 'target',
  nodes: 'target',
  history: 'target',
  status: 'status',
  life: 'status',
  context: 'context',
  refs: 'context',
  output: 'output',
  error: 'error',
}

/** Of a place in the state document. */
function kindOf(path: string): DifferenceKind {
  const [, member = '', ...keys] = path.split('/')
  if (member === 'agent') return keys[0] === 'waiting' || keys[0] === 'deferred' ? 'kept' : 'agent'
  if (member !== 'root') return BY_MEMBER[member] ?? 'agent'
  while (keys[0] === 'children' && keys.length > 2) keys.splice(0, 2)
  return BY_ACTOR_MEMBER[keys[0] ?? ''] ?? 'child'
}

/** What today's code says in place of a record. */
function answerOf(decision: Exclude<Decision, Recorded>): JsonValue {
  if (decision.kind === 'refused') return { code: decision.error.code, message: shortOf(decision.error.message) }
  return { message: decision.kind === 'dropped' ? decision.why : 'it came before' }
}

/** A value that may be long, cut: then it is text. */
function shortOf(value: JsonValue): JsonValue {
  const text =
    typeof value === 'string' ? value : isJsonObject(value) || Array.isArray(value) ? JSON.stringify(value) : ''
  return text.length <= MAX_VALUE ? value : `${text.slice(0, MAX_VALUE)}…`
}
