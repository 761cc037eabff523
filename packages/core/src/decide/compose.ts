/** From the state before and the state after an input to its record: the patch, the header, the data. */
import type { JsonObject, JsonValue, PatchOperation } from '../json/json-value.js'
import { patchOf } from '../record/patch-of.js'
import type { StoredInput } from '../record/patch-of.js'
import { RECORD_FORMAT } from '../record/record.js'
import type { Diagnostics, InputHeader, RecordBody, RecordHeader } from '../record/record.js'
import type { StateDocument } from '../record/state-document.js'
import type { DecideContext } from './context.js'
import type { Recorded } from './decision.js'
import type { Envelope } from './inputs.js'
import { endDeferral, untakenAtEnd } from './kept-events.js'
import type { Untaken } from './kept-events.js'
import { withReport } from './outbox.js'
import type { RecordType } from './record-type.js'
import { addChangedSummary } from './summary.js'
import { traced, traceparentOf } from './trace.js'
import type { TreeStep } from '../step/tree-step.js'

export interface Composition {
  readonly type: RecordType
  readonly data: JsonValue
  readonly after: StateDocument
  readonly input: InputHeader
  readonly step?: TreeStep
  /** The input that waited in the state, which this record decides. */
  readonly stored?: StoredInput
  /** A kept event that this record refuses. */
  readonly untaken?: readonly Untaken[]
  readonly causationId?: string | undefined
  /** Of a transition that threw; else those that come with the input, if any. */
  readonly diagnostics?: Diagnostics | undefined
}

/** Of the record, and the state that it changes. */
export type ComposeContext = Pick<DecideContext, 'state' | 'at' | 'now' | 'eventId'>

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * The record whose fold gives the state returned with it. Built by assignment: this runs for every record, and an
 * object spread costs as much as the rest of the header.
 */
export function compose(context: ComposeContext, envelope: Envelope, composition: Composition): Recorded {
  const { step, data, type, input } = composition
  const traceparent = traceparentOf(context, envelope)
  const ended = endDeferral(composition.after, context.eventId)
  const after = withReport(context.state, ended, { sentBy: context.eventId, ...traced(traceparent) })
  const { stored } = composition
  const { patch, state } = patchOf(context.state, after, { data, id: context.eventId, copies: step?.copies, stored })
  const refold = header(context, envelope, { after, input, traceparent })
  refold.body = body(patch, { step, diagnostics: composition.diagnostics ?? envelope.diagnostics })
  const causationId = composition.causationId ?? envelope.causationId
  const $correlationId = state.agent.incarnation
  const metadata =
    causationId === undefined ? { $correlationId, refold } : { $correlationId, $causationId: causationId, refold }
  return {
    kind: 'recorded',
    record: { id: context.eventId, type, data, metadata },
    state,
    actions: step?.actions ?? NOTHING,
    deliveries: step?.deliveries ?? NOTHING,
    untaken: composition.untaken ?? untakenAtEnd(context.state, { after, type, data }),
    tree: step,
  }
}

const NOTHING: readonly never[] = []
const NO_BODY: RecordBody = { patch: [] }

function header(
  context: ComposeContext,
  envelope: Envelope,
  { after, input, traceparent }: Pick<Composition, 'after' | 'input'> & { traceparent: string | undefined },
): Mutable<RecordHeader> {
  const { state: before, at, now } = context
  const { agent } = after
  const { by, reason, approved, given, epoch, worker } = envelope
  const made: Mutable<RecordHeader> = {
    v: RECORD_FORMAT,
    agent: `${agent.definition}@${agent.version}`,
    at,
    input,
    body: NO_BODY,
  }
  if (before?.agent.fingerprint !== agent.fingerprint) made.fingerprint = agent.fingerprint
  if (agent.hasSecrets !== undefined) made.hasSecrets = agent.hasSecrets
  if (now !== at) made.now = now
  if (by !== undefined) made.by = by
  if (reason !== undefined) made.reason = reason
  if (approved !== undefined) made.approved = approved
  if (given !== undefined) made.given = given
  if (traceparent !== undefined) made.traceparent = traceparent
  if (epoch !== undefined) made.epoch = epoch
  if (agent.owner !== worker) made.worker = worker
  addChangedSummary(made, before, after)
  return made
}

interface BodyParts {
  readonly step: TreeStep | undefined
  readonly diagnostics: Diagnostics | undefined
}

function body(patch: readonly PatchOperation[], { step, diagnostics }: BodyParts): RecordBody {
  const made: Mutable<RecordBody> = { patch }
  if (diagnostics !== undefined) made.diagnostics = diagnostics
  if (step === undefined) return made
  if (step.path.length > 0) made.path = step.path
  if (step.actions.length > 0) made.actions = step.actions.map(namedAction)
  if (step.deliveries.length > 0) made.deliver = step.deliveries
  if (step.emitted.length > 0) made.emit = step.emitted
  return made
}

function namedAction(action: TreeStep['actions'][number]): JsonObject {
  return action.params === undefined ? { type: action.type } : { type: action.type, params: action.params }
}
