/** Custom actions: they run after the append of the record that names them, once. */
import type { Input } from '../../decide/inputs.js'
import { RefoldError } from '../../errors.js'
import { jsonOf } from '../../json/to-json.js'
import { isEventData } from '../../record/event-data.js'
import type { ActionCall } from '../../step/tree-step.js'
import { callUser } from '../../world/call-user.js'
import type { Teller } from '../events/event-hub.js'

interface ActionPlace {
  readonly stream: string
  readonly events: Teller
}

/** What it throws or rejects with is logged: the record is durable, and says that the action was to run. */
export function runAction({ type, run }: ActionCall, { stream, events }: ActionPlace): void {
  const failed = (error: unknown): void => events.notice('error', `action "${type}" of ${stream} threw`, { error })
  callUser(run, failed)
}

/** What an action sends to an actor of the tree, as an input. `undefined`: it is no event, and the log says so. */
export function sentByAction(
  { to, event }: { readonly to: string; readonly event: unknown },
  { stream, events }: ActionPlace,
): Input | undefined {
  try {
    const json = jsonOf(event)
    if (isEventData(json)) return { kind: 'actor.event', to, event: json }
    throw new RefoldError('INVALID_EVENT', 'an event is an object with a `type`')
  } catch (error) {
    events.notice('error', `an action of ${stream} sent what is no event`, { error })
    return undefined
  }
}

/** The agent has ended, or too much waits for it: no one awaits what an action sends, so it goes to the log. */
export function notTaken({ stream, events }: ActionPlace): (error: RefoldError) => void {
  return (error) => events.notice('warn', `what an action of ${stream} sent to an actor was not taken`, { error })
}

/** The longest line that a chart logs. */
const MAX_LOGGED = 10_000

/** What a chart logs, in one line: text as it is, all else as JSON. Never throws. */
export function loggedText(args: readonly unknown[]): string {
  const text = args.map(asText).join(' ')
  return text.length > MAX_LOGGED ? `${text.slice(0, MAX_LOGGED)} …` : text
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value, plainMember) ?? String(value)
  } catch {
    return '(a value that is not JSON)'
  }
}

function plainMember(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error ? `${value.name}: ${value.message}` : value
}
