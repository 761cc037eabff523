/** The log as those read it who follow agents: what is a record of theirs, and what is passed over. */
import { addressOf } from '../definition/agent-address.js'
import type { AgentLog } from '../log/agent-log.js'
import { recordHeader } from '../record/header.js'
import type { Position } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import type { World } from '../world/world.js'
import type { HeadedEvent } from './stream-records.js'

export interface FollowedPart {
  readonly after: Position | undefined
  /** Of definitions; `undefined`: all. */
  readonly names: ReadonlySet<string> | undefined
  /** Epoch milliseconds. */
  readonly notBefore: number
  readonly signal: AbortSignal | undefined
}

export type FollowedItem =
  | ({ readonly kind: 'record' } & HeadedEvent)
  | { readonly kind: 'passed'; readonly event: StoredEvent }
  /** Of an agent that is followed, and no one knows what it says; `undecoded`: here; `gone`: as someone wanted it, for ever. */
  | { readonly kind: 'unreadable' | 'undecoded' | 'gone'; readonly event: StoredEvent; readonly error: unknown }
  | { readonly kind: 'caught-up' }

/** The process stays alive while this waits for what is not stored yet. */
export async function* followedRecords(
  { log, world }: { readonly log: AgentLog; readonly world: Pick<World, 'keepAlive'> },
  { after, names, notBefore, signal }: FollowedPart,
): AsyncGenerator<FollowedItem, void, undefined> {
  let letGo: (() => void) | undefined
  try {
    const isRead = agentsOf(names)
    for await (const item of log.followAll({ after, signal, isRead })) {
      letGo?.()
      letGo = undefined
      if (item.kind === 'caught-up') {
        yield item
        letGo = world.keepAlive?.()
        continue
      }
      if (item.kind !== 'event') {
        yield item
        continue
      }
      const { event } = item
      yield isRead(event.stream) ? followed(event, notBefore) : { kind: 'passed', event }
    }
  } finally {
    letGo?.()
  }
}

/** Whether a stream is that of an agent of these definitions; `undefined`: of any. */
export function agentsOf(names: ReadonlySet<string> | undefined): (stream: string) => boolean {
  return (stream) => {
    const { name } = addressOf(stream)
    return names === undefined ? name !== OWN_STREAMS : names.has(name)
  }
}

/** What the names of all streams that Refold keeps for itself begin with: no definition has it. */
const OWN_STREAMS = 'refold'

function followed(event: StoredEvent, notBefore: number): FollowedItem {
  try {
    const header = recordHeader(event)
    const isRecord = header !== undefined && header.at >= notBefore
    return isRecord ? { kind: 'record', event, header } : { kind: 'passed', event }
  } catch (error) {
    return { kind: 'unreadable', event, error }
  }
}
