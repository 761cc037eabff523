/** The records of many agents in the order of the log: catch-up, then live, without a gap or a duplicate. */
import type { AgentDefinition } from '../definition/agent-types.js'
import { addressOf } from '../definition/agent-address.js'
import { isRefoldError, RefoldError } from '../errors.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Cursor, DirectoryChanges, Followed, FollowOptions, Lag, LagOptions } from '../public/follow.js'
import { headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { Position } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import { untilAborted } from '../world/until-aborted.js'
import type { World } from '../world/world.js'
import { isDamage } from './damage.js'
import { followedRecords } from './followed-records.js'
import { HiddenSecrets } from './hidden-secrets.js'
import { lagBehind } from './lag.js'
import { withLateChart } from './late-chart.js'
import type { LateChartOptions } from './late-chart.js'
import { cursorOf, heldAt, positionAt } from './log-cursor.js'
import type { Follower, StallWatch } from './stall-watch.js'
import { toAgentEvent } from './stream-records.js'
import type { HeadedEvent } from './stream-records.js'

export interface FollowedLog {
  readonly log: AgentLog
  readonly world: Pick<World, 'clock' | 'keepAlive'>
  readonly stalls: StallWatch
}

export const DEFAULT_STALLED_AFTER_MS = 30_000

/** Pulled by its reader: a slow one holds up nothing but itself. Ends when the signal aborts or the store closes. */
export async function* followAgents<D extends AgentDefinition>(
  from: FollowedLog,
  options: FollowOptions<D>,
): AsyncGenerator<Followed<D>, void, undefined> {
  try {
    yield* followedIn(from, options)
  } catch (error) {
    if (!isRefoldError(error, 'CLOSED')) throw error
  }
}

async function* followedIn<D extends AgentDefinition>(
  { log, world, stalls }: FollowedLog,
  options: FollowOptions<D>,
): AsyncGenerator<Followed<D>, void, undefined> {
  const { agents, from = 'start', signal } = options
  const begin = await untilAborted(beginOf(log, from), signal).catch(unlessClosed)
  if (begin === undefined) return
  const reading: Reading = { begin, last: undefined, isWithReader: false }
  const watched = stalls.watch(followerOf(reading, options))
  const part = { after: begin.after, names: namesOf(agents), notBefore: notBeforeOf(from), signal }
  const hidden = options.hideSecrets === true ? new HiddenSecrets(log) : undefined
  try {
    for await (const item of followedRecords({ log, world }, part)) {
      if (item.kind === 'unreadable' || item.kind === 'undecoded') throw endingAt(item.event, item.error)
      const one = item.kind === 'record' ? await given<D>(item, { log, hidden, clock: world.clock, signal }) : undefined
      reading.isWithReader = true
      if (one !== undefined) yield one
      if (item.kind === 'caught-up') yield { kind: 'caught-up', cursor: cursorAt(reading) }
      reading.isWithReader = false
      if (item.kind === 'caught-up') continue
      reading.last = item.event
      watched.advanced()
    }
  } catch (error) {
    if (signal?.aborted !== true) unlessClosed(error)
  } finally {
    watched.end()
  }
}

/** The store may be closed before the first record, or while one is read. */
function unlessClosed(error: unknown): undefined {
  if (!isRefoldError(error, 'CLOSED')) throw error
}

/** How far a reader is that has dealt with everything up to the cursor. Rejects with `CURSOR_LOST`. */
export async function lagAt<D extends AgentDefinition>(
  { log, world }: Pick<FollowedLog, 'log' | 'world'>,
  cursor: Cursor | undefined,
  { agents }: LagOptions<D>,
): Promise<Lag> {
  const after = cursor === undefined ? undefined : await positionAt(log, cursor)
  return lagBehind(log, { after, names: namesOf(agents), now: world.clock.now() })
}

/** Where a reader is. */
interface Reading {
  readonly begin: Begin
  /** The last event that it has dealt with. */
  last: StoredEvent | undefined
  /** It has one in hand. */
  isWithReader: boolean
}

function cursorAt({ begin, last }: Reading): Cursor | undefined {
  return last === undefined ? begin.cursor : cursorOf(last)
}

function followerOf(reading: Reading, options: FollowOptions): Follower {
  const { agents, signal, stalledAfterMs = DEFAULT_STALLED_AFTER_MS } = options
  const names = agents?.map(({ name }) => name)
  return {
    what: names === undefined ? 'who follows all agents' : `who follows ${names.join(', ')}`,
    place: () => reading.last?.position ?? reading.begin.after,
    waitsFor: () => (reading.isWithReader ? 'reader' : 'store'),
    isOver: () => signal?.aborted === true,
    stalledAfterMs,
    facts: () => ({ ...(names === undefined ? undefined : { agents: names }), cursor: cursorAt(reading) }),
  }
}

interface Giving extends LateChartOptions {
  readonly log: AgentLog
  readonly hidden: HiddenSecrets | undefined
}

async function given<D extends AgentDefinition>(
  record: HeadedEvent,
  { log, hidden, ...options }: Giving,
): Promise<Followed<D>> {
  try {
    const one = hidden === undefined ? record : await withLateChart(record.event, () => shown(record, hidden), options)
    return toFollowed<D>(log, one, options.clock.now())
  } catch (error) {
    throw endingAt(record.event, error)
  }
}

/** What is wrong with one record ends the reading, as silence would be taken for completeness; with the place behind it, to go on from. */
function endingAt(event: StoredEvent, error: unknown): unknown {
  if (!isDamage(error) && !isRefoldError(error, 'UPCAST_FAILED')) return error
  const { stream, revision } = event
  return new RefoldError(error.code, `record ${revision} of ${stream} cannot be given: ${error.message}`, {
    cause: error,
    hint: 'Note that it is missing, then go on behind it: `from: error.facts.cursor`.',
    facts: { ...error.facts, stream, revision: Number(revision), cursor: cursorOf(event) },
  })
}

function toFollowed<D extends AgentDefinition>(
  log: AgentLog,
  { event, header }: HeadedEvent,
  now: number,
): Followed<D> {
  return {
    kind: 'event',
    agent: addressOf(event.stream),
    event: toAgentEvent(log, { event, header }),
    changes: changesIn(header),
    cursor: cursorOf(event),
    lagMs: Math.max(0, now - header.at),
  }
}

async function shown({ event, header }: HeadedEvent, hidden: HiddenSecrets): Promise<HeadedEvent> {
  const changed = await hidden.without(event)
  return changed === event ? { event, header } : { event: changed, header: headerOf(changed.metadata) ?? header }
}

const CHANGES = [
  'status',
  'active',
  'standsIn',
  'condition',
  'owner',
  'pending',
  'inDoubt',
  'left',
  'nextDueAt',
] as const

/** Of a header, what the directory keeps. */
export function changesIn(header: RecordHeader): DirectoryChanges {
  const changes: { -readonly [K in keyof DirectoryChanges]?: unknown } = {}
  for (const key of CHANGES) if (header[key] !== undefined) changes[key] = header[key]
  return changes as DirectoryChanges
}

/** `undefined`: all. */
export function namesOf(agents: readonly AgentDefinition[] | undefined): ReadonlySet<string> | undefined {
  return agents === undefined ? undefined : new Set(agents.map(({ name }) => name))
}

function notBeforeOf(from: NonNullable<FollowOptions['from']>): number {
  return typeof from === 'object' ? from.at : -Infinity
}

interface Begin {
  readonly after: Position | undefined
  readonly cursor: Cursor | undefined
}

/** Rejects with `CURSOR_LOST`. */
async function beginOf(log: AgentLog, from: NonNullable<FollowOptions['from']>): Promise<Begin> {
  if (from === 'start' || typeof from === 'object') return { after: undefined, cursor: undefined }
  if (from !== 'now') {
    const { position, cursor } = await heldAt(log, from)
    return { after: position, cursor }
  }
  const last = await log.newest()
  return { after: last?.position, cursor: last && cursorOf(last) }
}
