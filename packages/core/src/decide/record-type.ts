/** Type and `data` of a record: a type of the closed set of Refold's own or of an outside event; the input's payload and nothing else. */
import { RefoldError } from '../errors.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import type { EventData } from '../record/event-data.js'
import { effectIn, timerIn } from '../record/large-members.js'
import type { OwnRecordType } from '../record/record.js'
import type { Usage } from '../record/usage.js'
import type { ChartInput } from '../step/tree-step.js'
import type { DecideContext } from './context.js'

declare const OUTSIDE: unique symbol

/** An outside event's type. Only `outsideType` makes one, so that no other place can write a type of its own. */
export type OutsideType = string & { readonly [OUTSIDE]: true }

/** Every type that a record can have. */
export type RecordType = OwnRecordType | OutsideType

/** What begins so is Refold's own, for ever. */
const OWN = 'refold.'

/** Whether only Refold may write records of this type. */
export function isOwnType(type: string): boolean {
  return type.startsWith(OWN)
}

/** The type of an event that came from outside. Throws `INVALID_EVENT` for one that begins as Refold's own do. */
export function outsideType(type: string): OutsideType {
  if (!isOwnType(type)) return type as OutsideType // the one place where the brand is given
  throw new RefoldError('INVALID_EVENT', `an event from outside must not have the type ${JSON.stringify(type)}`, {
    hint: 'Types that begin with `refold.` are kept for Refold.',
    facts: { type },
  })
}

/** An event without its type, which is the record's. */
function payloadOf(event: EventData): JsonObject {
  const { type: _type, ...payload } = event
  return payload
}

/** The news that a message was not delivered has one type of record, however it came. */
function typeOf({ type }: EventData): RecordType {
  return type === 'refold.undelivered' ? 'refold.message.undelivered' : outsideType(type)
}

/** What an envelope says of the body. */
interface FromBody {
  readonly attempt?: number | undefined
  readonly usage?: Usage | undefined
}

export function outcomeData(
  input: Extract<ChartInput, { kind: 'effect.done' | 'effect.failed' }>,
  from: { src: string | null } & FromBody,
): JsonObject {
  const { src } = from
  const usage = usageData(from)
  if (input.kind === 'effect.done') {
    const { output } = input
    if (usage === undefined) return output === undefined ? { src } : { src, output }
    return output === undefined ? { src, ...usage } : { src, output, ...usage }
  }
  return {
    src,
    ...(input.error === undefined ? undefined : { error: input.error as JsonValue }),
    ...(from.attempt === undefined ? undefined : { attempt: from.attempt }),
    ...(input.final === undefined ? undefined : { final: input.final }),
    ...usage,
  }
}

/** The member of a payload that says what a body used. */
export function usageData({ usage }: Pick<FromBody, 'usage'>): JsonObject | undefined {
  return usage === undefined ? undefined : { usage: usage as JsonObject } // plain numbers
}

export function recordOf(
  context: DecideContext,
  input: ChartInput,
  { attempt, usage }: FromBody,
): { type: RecordType; data: JsonObject } {
  const srcOf = (effect: string): string | null => (context.state && effectIn(context.state, effect))?.src ?? null
  switch (input.kind) {
    case 'started':
      return { type: 'refold.started', data: input.input === undefined ? {} : { input: input.input } }
    case 'event':
      return { type: outsideType(input.event.type), data: payloadOf(input.event) }
    case 'message':
      return { type: typeOf(input.event), data: payloadOf(input.event) }
    case 'message.undelivered':
      return { type: 'refold.message.undelivered', data: input.data }
    case 'effect.done':
      return { type: 'refold.effect.done', data: outcomeData(input, { src: srcOf(input.effect), attempt, usage }) }
    case 'effect.failed':
      return { type: 'refold.effect.failed', data: outcomeData(input, { src: srcOf(input.effect), attempt, usage }) }
    case 'effect.event':
      return { type: 'refold.effect.event', data: { src: srcOf(input.effect), event: input.event } }
    case 'effect.next':
      return {
        type: 'refold.effect.event',
        data: { src: srcOf(input.effect), ...(input.value === undefined ? undefined : { value: input.value }) },
      }
    case 'actor.event':
      return { type: 'refold.actor.event', data: { event: input.event } }
    case 'timer.fired': {
      const timer = context.state && timerIn(context.state, input.timer)
      return {
        type: 'refold.timer.fired',
        data: {
          timer: timer?.id ?? input.timer,
          lateMs: timer === undefined ? 0 : Math.max(0, context.now - timer.due),
        },
      }
    }
  }
}
