/**
 * Approvals: what a person is asked, and whether an answer is an answer to what is asked now.
 *
 * Invariants: an answer is judged on the newest state, and its record extends exactly the revision that it was judged at;
 * it counts only while the state that asks was neither left nor entered again since the question was put, no one has answered
 * it since, and what is to be approved is, byte for byte in canonical JSON, what was shown. What only happens beside it (a
 * claim, a heartbeat, a note, a reminder that stays in the state) makes no answer stale.
 */
import type { DefinitionInternals } from '../definition/internals.js'
import { toJson } from '../json/to-json.js'
import { suggestName } from '../world/nearest-name.js'
import { invariant, isRefoldError, RefoldError } from '../errors.js'
import { hashOfJson } from '../json/canonical.js'
import { diff } from '../json/diff.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { leftOutIn } from '../json/left-out.js'
import { notSerializable } from '../json/refusal.js'
import type { EventData } from '../record/event-data.js'
import { hasReadableBody, headerOf } from '../record/header.js'
import type { Approved } from '../record/record.js'
import { lengthOf, toRevision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { Approval, ApprovalRequest } from '../public/approval.js'
import type { AgentLog } from '../log/agent-log.js'
import { shownActors } from '../step/shown-actors.js'
import { askingStates, enteredAgain } from '../step/visits.js'
import { dedupEntryOf } from '../decide/dedup.js'
import type { Envelope } from '../decide/inputs.js'
import type { Settlement } from '../runtime/cell/submission.js'
import { checkMembers, requireOption } from '../check-members.js'

/** So often others may append while an answer is judged. */
const MAX_TRIES = 50

/** The question that the newest folded state asks. Throws `INVALID_INPUT`, `NOT_ACTIVE`, `EVENT_NOT_ACCEPTED`. */
export function askFor(cell: AgentCell, type: string, options: unknown): ApprovalRequest {
  checkMembers(options, { path: 'options', known: ['about'] })
  const about = aboutOf(options.about, 'options.about')
  const { state, definition } = cell
  requireOption(typeof type !== 'symbol', { path: 'event', problem: 'must be the type of an event' })
  const known = [...definition.approvals.keys()]
  const hint = known.length > 0 ? suggestName(type, known) : 'Nothing of its definition does: send the event.'
  requireOption(known.includes(type), { path: 'event', problem: `'${type}' needs no approval`, hint })
  if (state === undefined || state.root.status !== undefined)
    throw new RefoldError('NOT_ACTIVE', `${cell.stream} has ended: nothing is asked any more`)
  if (askingStates(definition.machine, state.root, type).length === 0) {
    const message = `the current state does not ask for "${type}"`
    throw new RefoldError('EVENT_NOT_ACCEPTED', message, { facts: { event: type, state: state.root.value } })
  }
  const payload = payloadOf(type, { definition, state, about })
  if (payload === undefined) throw nothingAsked(type, about)
  const agent = { name: definition.name, id: cell.id }
  const question = { agent, event: type, ...(about === undefined ? undefined : { about }), revision: headOf(cell) }
  return { ...question, payload, payloadHash: hashOfJson(payload) }
}

function nothingAsked(event: string, about: JsonObject | undefined): RefoldError {
  const what = about === undefined ? `by "${event}"` : `about ${JSON.stringify(about)}`
  const several = about === undefined ? ' One of several questions is named by `about`.' : ''
  const hint = `\`approvals.${event}\` gave undefined. Where a yes alone is asked for, let it give null.${several}`
  const facts = { event, ...(about === undefined ? undefined : { about }) }
  return new RefoldError('EVENT_NOT_ACCEPTED', `nothing is to be approved ${what}`, { facts, hint })
}

/** Members that tell questions apart, as data. None are no members at all. */
function aboutOf(about: unknown, path: string): JsonObject | undefined {
  if (about === undefined) return undefined
  const json = toJson(about, { path }).json
  requireOption(isJsonObject(json), { path, problem: 'must be an object of members of the event' })
  requireOption(!('type' in json), { path, problem: 'must not name the type', hint: 'The first argument does.' })
  return Object.keys(json).length === 0 ? undefined : json
}

/** An answer as a caller gave it, checked to be one for this agent and event. Throws `INVALID_INPUT`. */
function answerTo(sent: EventData, cell: AgentCell, given: { approval?: unknown; by?: unknown }): Approval {
  const path = 'approval'
  const { type } = sent
  const { approval, by } = given
  const needed = cell.definition.approvals.has(type)
  requireOption(needed, { path, problem: `'${type}' needs no approval`, hint: 'Leave it out.' })
  requireOption(typeof by === 'string' && by !== '', { path: 'by', problem: 'must say who approves' })
  checkMembers(approval, { path, known: ['agent', 'event', 'about', 'revision', 'payload', 'payloadHash'] })
  const { agent, event, revision, payloadHash } = approval
  const { name, id } = (agent ?? {}) as { readonly name?: unknown; readonly id?: unknown }
  const isHere = name === cell.definition.name && id === cell.id
  requireOption(isHere, { path: `${path}.agent`, problem: `is not ${cell.stream}` })
  requireOption(event === type, { path: `${path}.event`, problem: `is not "${type}"` })
  for (const [key, value] of Object.entries(aboutOf(approval.about, `${path}.about`) ?? {})) {
    const isSame = key in sent && hashOfJson(sent[key] as JsonValue) === hashOfJson(value)
    requireOption(isSame, { path: `${path}.about.${key}`, problem: 'is not what the event says' })
  }
  const isRevision = Number.isSafeInteger(revision) && (revision as number) >= 0
  requireOption(isRevision, { path: `${path}.revision`, problem: 'must be a revision, as a number' })
  requireOption(typeof payloadHash === 'string', { path: `${path}.payloadHash`, problem: 'must be a text' })
  return approval as unknown as Approval
}

/**
 * Submits an event with the answer that it carries, judged on the newest state: when others append meanwhile, it is judged
 * again. An event that is known by its id is not judged twice.
 */
export async function answer(
  cell: AgentCell,
  envelope: Envelope,
  { approval, log }: { readonly approval: unknown; readonly log: AgentLog },
): Promise<Settlement> {
  const { input, by, dedupId } = envelope
  invariant(input.kind === 'event', 'an answer is an event')
  const checked = answerTo(input.event, cell, { approval, by })
  for (let tries = 1; ; tries++) {
    await cell.callers.orTold(cell.refresh())
    if (cell.failure !== undefined) throw cell.failure
    if (cell.state !== undefined && dedupEntryOf(cell.state, dedupId) !== undefined) return cell.submit(envelope)
    const expectedRevision = headOf(cell)
    const approved = await judge(checked, { cell, log })
    try {
      return await cell.submit({ ...envelope, approved, expectedRevision })
    } catch (error) {
      if (!isRefoldError(error, 'WRONG_REVISION') || tries >= MAX_TRIES) throw error
    }
  }
}

/** What the record of the answer says. Throws `STALE_APPROVAL` when the newest folded state asks for something else, or again. */
async function judge(answer: Approval, { cell, log }: { cell: AgentCell; log: AgentLog }): Promise<Approved> {
  const { revision, payloadHash, event, about } = answer
  const { definition, state } = cell
  const head = headOf(cell)
  const stale = (why: StaleReason, facts: Record<string, unknown> = {}): RefoldError =>
    staleApproval(why, { event, agent: answer.agent, revision, head, ...facts })
  if (state === undefined || state.root.status !== undefined) throw stale('left')
  const asking = askingStates(definition.machine, state.root, event)
  if (asking.length === 0) throw stale('left')
  if (revision > head) throw stale('history')
  const visit = {
    cell,
    log,
    revision,
    event,
    about,
    isAgain: (path: readonly string[]) => enteredAgain(definition.machine, asking, path),
  }
  const since = await staleSince(visit)
  if (since !== undefined) throw stale(since)
  const payload = payloadOf(event, { definition, state, about })
  if (payload === undefined) throw stale('payload', { asked: payloadHash })
  const now = hashOfJson(payload)
  if (now !== payloadHash) {
    const { payload: shown } = answer as ApprovalRequest
    const changed = shown === undefined ? undefined : diff(shown as JsonValue, payload, { path: '' })
    throw stale('payload', { asked: payloadHash, now, payload, ...(changed === undefined ? undefined : { changed }) })
  }
  return { ...(about === undefined ? undefined : { about }), revision, payloadHash }
}

interface Visit {
  readonly cell: AgentCell
  readonly log: AgentLog
  readonly revision: number
  readonly event: string
  readonly about: JsonObject | undefined
  readonly isAgain: (path: readonly string[]) => boolean
}

/** What the records since the question say against the answer. What cannot be told counts as asked again. */
async function staleSince({ cell, log, revision, event, about, isAgain }: Visit): Promise<StaleReason | undefined> {
  const limit = headOf(cell) - revision
  if (limit === 0) return undefined
  let moved = false
  for await (const page of log.read(cell.stream, { from: toRevision(revision + 1), limit })) {
    for (const { type, data, metadata } of page) {
      const header = headerOf(metadata)
      if (header === undefined) continue
      // One question has one answer, of one person or of two: a double click is no second payment.
      const isAnswer = type === event && header.approved !== undefined
      if (isAnswer && hasAnswered({ about: header.approved.about, data }, about)) return 'answered'
      // What moved before the chart changed names edges of another chart.
      if (type === 'refold.migrated' || !hasReadableBody(header) || (header.fingerprint !== undefined && moved))
        return 'asked again'
      const { path = [] } = header.body
      if (isAgain(path)) return 'asked again'
      moved ||= path.length > 0
    }
  }
  const isOfThisChart = !moved || cell.state?.agent.fingerprint === cell.definition.fingerprint
  return isOfThisChart ? undefined : 'asked again'
}

type About = JsonObject | undefined

/** Who answered about more has answered about each part of it; and what an approved event says is answered, whatever it was asked by. */
function hasAnswered({ about, data }: { readonly about: About; readonly data: JsonValue }, asked: About): boolean {
  return holds(asked, about) || holds(data, asked)
}

/** Whether a value has all of these members. */
function holds(value: JsonValue | undefined, members: About = {}): boolean {
  return Object.entries(members).every(([key, member]) => {
    const own = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
    return own !== undefined && hashOfJson(own) === hashOfJson(member)
  })
}

/** User code, on the context as readers see it. `undefined`: nothing is to be approved. Nothing of the rest is left out unseen. */
function payloadOf(
  type: string,
  { definition, state, about = {} }: { definition: DefinitionInternals; state: StateDocument; about: About },
): JsonValue | undefined {
  const context = (shownActors(state).member('context') ?? {}) as JsonValue
  try {
    const given = definition.approvals.get(type)?.({ context, about })
    const { json } = toJson(given, { path: '/approval' })
    const leftOut = given === undefined ? undefined : leftOutIn(given, '/approval')
    if (leftOut !== undefined) throw notSerializable(leftOut, 'undefined', { hint: LEFT_OUT_HINT })
    return json
  } catch (cause) {
    if (isRefoldError(cause)) throw cause
    throw new RefoldError('EVENT_REFUSED', `what "${type}" is to approve could not be made`, { cause })
  }
}

const LEFT_OUT_HINT =
  'A person would say yes without having seen it. Is its name right? Give null for what is not there, or leave the member out.'

type StaleReason = 'left' | 'asked again' | 'answered' | 'payload' | 'history'

const REASONS: Readonly<Record<StaleReason, string>> = {
  left: 'the agent does not ask for it any more',
  'asked again': 'the state that asks was left or entered again since',
  answered: 'someone has answered this question',
  payload: 'what is to be approved has changed',
  history: 'the history does not hold what was shown',
}

function staleApproval(why: StaleReason, facts: Readonly<Record<string, unknown>>): RefoldError {
  return new RefoldError('STALE_APPROVAL', REASONS[why], {
    hint: 'Show the person what is asked now: `agent.approval` gives it.',
    facts: { why, ...facts },
  })
}

function headOf({ head }: AgentCell): number {
  return lengthOf(head) - 1
}
