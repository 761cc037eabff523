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
  /** Of an agent that is followed, and no one knows what it says. */
  | { readonly kind: 'unreadable'; readonly event: StoredEvent; readonly error: unknown }
  | { readonly kind: 'caught-up' }

/** The process stays alive while this waits for what is not stored yet. */
export async function* followedRecords(
  { log, world }: { readonly log: AgentLog; readonly world: Pick<World, 'keepAlive'> },
  { after, names, notBefore, signal }: FollowedPart,
): AsyncGenerator<FollowedItem, void, undefined> {
  let letGo: (() => void) | undefined
  try {
    const target = { all: true, ...(after === undefined ? undefined : { after }) } as const
    for await (const item of log.subscribe(target, signal === undefined ? {} : { signal })) {
      letGo?.()
      letGo = undefined
      if (item.kind === 'caught-up') {
        yield item
        letGo = world.keepAlive?.()
        continue
      }
      const { event } = item
      const isFollowed = names === undefined || names.has(addressOf(event.stream).name)
      yield isFollowed ? followed(event, notBefore) : { kind: 'passed', event }
    }
  } finally {
    letGo?.()
  }
}

function followed(event: StoredEvent, notBefore: number): FollowedItem {
  try {
    const header = recordHeader(event)
    const isRecord = header !== undefined && header.at >= notBefore
    return isRecord ? { kind: 'record', event, header } : { kind: 'passed', event }
  } catch (error) {
    return { kind: 'unreadable', event, error }
  }
}
