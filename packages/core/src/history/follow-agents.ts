/** The records of many agents in the order of the log: catch-up, then live, without a gap or a duplicate. */
import type { AgentDefinition } from '../definition/agent-types.js'
import { addressOf } from '../definition/agent-address.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Cursor, DirectoryChanges, Followed, FollowOptions } from '../public/follow.js'
import { headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { Position } from '../record/revision.js'
import type { StoredEvent, SubscriptionItem } from '../store/port.js'
import type { World } from '../world/world.js'
import { cursorOf, positionAt } from './log-cursor.js'
import { toAgentEvent } from './stream-records.js'

export interface FollowedLog {
  readonly log: AgentLog
  readonly world: Pick<World, 'clock'>
}

/** Pulled by its reader: a slow one holds up nothing but itself. Ends when the signal aborts or the store closes. */
export async function* followAgents<D extends AgentDefinition>(
  { log, world }: FollowedLog,
  { agents, from = 'start', signal }: FollowOptions<D>,
): AsyncGenerator<Followed<D>, void, undefined> {
  const names = agents === undefined ? undefined : new Set(agents.map(({ name }) => name))
  const notBefore = typeof from === 'object' ? from.at : -Infinity
  const begin = await beginOf(log, from)
  let last: StoredEvent | undefined
  for await (const item of itemsAfter(log, begin.after, signal)) {
    if (item.kind === 'caught-up') {
      yield { kind: 'caught-up', cursor: last === undefined ? begin.cursor : cursorOf(last) }
      continue
    }
    const { event } = item
    last = event
    const header = headerOf(event.metadata)
    if (header === undefined || header.at < notBefore) continue
    const agent = addressOf(event.stream)
    if (names !== undefined && !names.has(agent.name)) continue
    const changes = changesIn(header)
    const cursor = cursorOf(event)
    const lagMs = Math.max(0, world.clock.now() - header.at)
    yield { kind: 'event', agent, event: toAgentEvent(log, { event, header }), changes, cursor, lagMs }
  }
}

function itemsAfter(
  log: AgentLog,
  after: Position | undefined,
  signal: AbortSignal | undefined,
): AsyncIterable<SubscriptionItem> {
  return log.subscribe(
    { all: true, ...(after === undefined ? undefined : { after }) },
    signal === undefined ? {} : { signal },
  )
}

const CHANGES = ['status', 'active', 'condition', 'owner', 'pending', 'inDoubt', 'nextDueAt'] as const

/** Of a header, what the directory keeps. */
export function changesIn(header: RecordHeader): DirectoryChanges {
  const changes: { -readonly [K in keyof DirectoryChanges]?: unknown } = {}
  for (const key of CHANGES) if (header[key] !== undefined) changes[key] = header[key]
  return changes as DirectoryChanges
}

interface Begin {
  readonly after: Position | undefined
  readonly cursor: Cursor | undefined
}

async function beginOf(log: AgentLog, from: NonNullable<FollowOptions['from']>): Promise<Begin> {
  if (from === 'start' || typeof from === 'object') return { after: undefined, cursor: undefined }
  if (from !== 'now') return { after: await positionAt(log, from), cursor: from }
  const last = await log.newest()
  return { after: last?.position, cursor: last && cursorOf(last) }
}
