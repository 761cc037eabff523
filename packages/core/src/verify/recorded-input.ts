/**
 * From a record back to the input that it is an answer to, with all that `decide` was told of it.
 *
 * Invariant: what is not recorded is not guessed: such a record is said to be undecided, and why.
 */
import type { Envelope, Input } from '../decide/inputs.js'
import { tellsUsage } from '../decide/inputs.js'
import { nextMessage } from '../decide/outbox.js'
import type { DefinitionInternals } from '../definition/internals.js'
import type { JsonObject, JsonValue, StateOperation } from '../json/json-value.js'
import { isSameJson } from '../json/same-json.js'
import { withoutUndefined } from '../json/without-undefined.js'
import type { EventData } from '../record/event-data.js'
import type { RecordHeader } from '../record/record.js'
import type { ErrorData, StateDocument } from '../record/state-document.js'
import { usageIn } from '../record/usage.js'
import type { EffectFailed, MessageOrigin } from '../step/tree-step.js'
import type { StoredEvent } from '../store/port.js'
import type { UndecidedWhy } from './verified.js'

/** A record with its place in a history. */
export interface RecordedStep {
  readonly event: StoredEvent
  readonly header: RecordHeader
  readonly before: StateDocument | undefined
  /** What folding the record gives. */
  readonly after: StateDocument
  /** Of the version that decided it. */
  readonly definition: DefinitionInternals
}

/** The input and what came with it; or why it cannot be decided again. Throws what today's schemas say of its payload. */
export function recordedInput(step: RecordedStep): Envelope | UndecidedWhy {
  if (wasLined(step)) return 'no-code'
  const input = inputOf(step)
  if (typeof input === 'string') return input
  const { header, before, after, event } = step
  const { by, reason, approved, traceparent, epoch } = header
  const { dedupId, withStart } = header.input
  const attempt = dataOf(event)['attempt'] as number | undefined
  const { paused } = after.agent
  const held = before === undefined && paused !== undefined ? withoutUndefined(notesOf(paused)) : undefined
  const blockWith = tooLarge(step)
  const usage = tellsUsage(input) ? usageIn(event.data) : undefined
  const noted = { by, reason, approved, traceparent, epoch, dedupId, withStart, attempt, held, blockWith, usage }
  const worker = header.worker ?? after.agent.owner ?? ''
  return { input, worker, whenBlocked: 'keep', recalls: false, isNewMessage: true, ...withoutUndefined(noted) }
}

function notesOf({ by, reason }: { readonly by?: string; readonly reason?: string }) {
  return { by, reason }
}

/** A process without the code, or with another chart, stored the input for those that have it. */
function wasLined({ before, after }: RecordedStep): boolean {
  if (before === undefined || before.agent.blocked !== undefined || before.agent.waiting !== undefined) return false
  return after.agent.blocked === undefined && after.agent.waiting !== undefined
}

/** What was stored because the transition was too large for the store. */
function tooLarge({ before, after, event }: RecordedStep): ErrorData | undefined {
  const { blocked } = after.agent
  if (before?.agent.blocked === undefined && blocked?.error.code === 'TOO_LARGE') return blocked.error
  const refused = dataOf(event)['refused'] as { readonly code: string; readonly message: string } | undefined
  return event.type === 'refold.recalled' && refused?.code === 'TOO_LARGE'
    ? { name: 'RefoldError', ...refused }
    : undefined
}

function dataOf({ data }: StoredEvent): JsonObject {
  return data as JsonObject // as every record of Refold has it
}

// oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row a kind of record
function inputOf(step: RecordedStep): Input | UndecidedWhy {
  const { event, header, definition } = step
  const { kind, effect = '', timer = '', to = '' } = header.input
  const data = dataOf(event)
  switch (kind) {
    case 'started':
      return startOf(step)
    case 'event':
      return { kind, event: definition.parseEvent(outsideEvent(event)) }
    case 'message':
      return messageOf(step)
    case 'message.undelivered':
      return settledOf(step)
    case 'effect.done':
      if (header.epoch !== undefined) return { kind, effect, output: data['output'] }
      return { kind: 'effect.resolved', effect, resolution: { complete: data['output'] as JsonValue } }
    case 'effect.failed':
      return failedOf(step)
    case 'effect.event':
      return { kind, effect, event: data['event'] as EventData }
    case 'effect.next':
      return { kind, effect, value: data['value'] }
    case 'actor.event':
      return { kind, to, event: data['event'] as EventData }
    case 'timer.fired':
      return { kind, timer }
    case 'cancel':
      return header.input.from === undefined ? cancelOf(step) : messageOf(step)
    case 'retried':
    case 'recalled':
      return { kind }
    case 'migrated':
      return {
        kind,
        from: data['from'] as number,
        patch: data['patch'] as unknown as readonly StateOperation[],
        ...(data['beginMissing'] === true ? { beginsMissing: true } : undefined),
      }
    default:
      return 'no-chart'
  }
}

function outsideEvent({ type, data }: Pick<StoredEvent, 'type' | 'data'>): EventData {
  return { type, ...(data as JsonObject) }
}

/** What a caller gave is checked before it is decided; what came by a message, when it is. */
function startOf({ event, header, after, definition }: RecordedStep): Input {
  const { input } = dataOf(event)
  const origin = originOf(header, after)
  if (origin === undefined) return { kind: 'started', input: definition.parseInput(input) }
  const { done, failed } = after.agent.reportsTo ?? {}
  return { kind: 'started', input, by: { ...origin, ...withoutUndefined({ done, failed }) } }
}

function originOf({ input: { from, seq } }: RecordHeader, { inbox }: StateDocument): MessageOrigin | undefined {
  if (from === undefined || seq === undefined) return undefined
  return { from, seq, incarnation: inbox?.[from]?.incarnation ?? '' }
}

function messageOf({ event, header, before, after }: RecordedStep): Input | UndecidedWhy {
  if (event.type === 'refold.message.refused') return 'not-kept'
  const origin = originOf(header, after)
  if (event.type === 'refold.child.ended' || origin === undefined) return 'no-chart'
  const { from } = origin
  const message = { kind: 'message', ...origin } as const
  if (event.type === 'refold.message.undelivered')
    return { ...message, own: 'undelivered', event: outsideEvent({ ...event, type: 'refold.undelivered' }) }
  const listed = before?.detachedChildren?.[from]
  const isReport = listed !== undefined && after.detachedChildren?.[from] !== listed // its step may start the child again
  const own = event.type === 'refold.cancel' ? 'cancel' : 'report'
  const sent = { ...message, event: outsideEvent(event) }
  return own === 'cancel' || isReport ? { ...sent, own } : sent
}

/** At the sender: its message was not taken. */
function settledOf({ event, header, before }: RecordedStep): Input {
  const {
    to,
    event: sent,
    code,
    message,
  } = dataOf(event) as {
    readonly to: { readonly name: string; readonly id: string }
    readonly event: JsonValue
    readonly code: string
    readonly message: string
  }
  const stream = `${to.name}-${to.id}`
  const isWhole = before === undefined || isSameJson(nextMessage(before, stream)?.event ?? null, sent)
  const settled = {
    kind: 'message.settled',
    to: stream,
    seq: header.input.seq ?? 0,
    refused: { code, message },
  } as const
  return isWhole ? settled : { ...settled, isBrief: true }
}

/** Without an epoch someone resolved the effect. */
function failedOf({ event, header }: RecordedStep): Input {
  const { effect = '' } = header.input
  const { error, final } = dataOf(event)
  if (header.epoch === undefined)
    return { kind: 'effect.resolved', effect, resolution: { fail: error as unknown as ErrorData } }
  return { kind: 'effect.failed', effect, error, ...withoutUndefined({ final: final as EffectFailed['final'] }) }
}

function cancelOf({ event, header }: RecordedStep): Input {
  const { deadlineAt, children } = dataOf(event) as { readonly deadlineAt: number; readonly children?: 'cancel' }
  return { kind: 'cancel', deadlineMs: deadlineAt - nowOf(header), ...withoutUndefined({ children }) }
}

/** When it was decided, by the clock of the one who did. */
export function nowOf({ at, now = at }: RecordHeader): number {
  return now
}
