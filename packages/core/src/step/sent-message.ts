/** A message that an action asks for: its address and content, computed with what XState gives to actions. */
import { streamOf } from '../definition/agent-address.js'
import { isReservedType } from '../definition/outside-values.js'
import { toJson } from '../json/to-json.js'
import type { MessagePlan } from '../definition/send-to-agent.js'
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import type { EventData } from '../record/event-data.js'
import { isPromised } from '../world/is-promised.js'
import type { SentMessage } from './tree-step.js'
import { noAnswer } from './xstate/named-actions.js'
import type { ActionShape } from './xstate/shapes.js'

/** Throws what user code throws, `INVALID_ID`, `INVALID_EVENT`, `INVALID_DEFINITION` for a promise, or `NOT_SERIALIZABLE` with the path. */
export function sentMessage(plan: MessagePlan, { info, params }: ActionShape): SentMessage {
  const { kind, name, done, failed } = plan
  const to = streamOf(name, computed(plan.id, info, params) as string) // checked there
  const content = toJson(computed(plan.content, info, params), { path: '/message' }).json
  if (kind === 'event') return { to, event: eventOf(content, to) }
  const event: EventData = { type: 'refold.started', ...(content === undefined ? undefined : { input: content }) }
  const reports = { ...(done === undefined ? undefined : { done }), ...(failed === undefined ? undefined : { failed }) }
  return { to, event: Object.freeze(event), kind, ...reports }
}

function computed(value: unknown, info: unknown, params: unknown): unknown {
  if (typeof value !== 'function') return value
  const answer: unknown = value(info, params)
  if (isPromised(answer)) throw noAnswer('what a message is made of')
  return answer
}

function eventOf(content: JsonValue | undefined, to: string): EventData {
  const event = content as Partial<EventData> | null | undefined
  if (typeof event === 'object' && event !== null && typeof event.type === 'string' && !isReservedType(event.type))
    return event as EventData
  throw new RefoldError('INVALID_EVENT', `what is sent to ${to} is no event of an agent`, {
    hint: 'A message is an object with a `type` that is none of XState’s or Refold’s own.',
    facts: { to },
  })
}
