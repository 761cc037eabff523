/**
 * The directory: what the record headers say of each agent, folded. Pure, so that every store keeps the same one, and a
 * directory that was kept can be held against one that is rebuilt from the log.
 */
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { DirectoryEntry, DirectoryQuery, Store } from './port.js'

const AGENT = /^([^@-]+)@(\d+)$/
const STATUSES: ReadonlySet<unknown> = new Set(['active', 'done', 'error', 'stopped'])
const NONE: readonly string[] = Object.freeze([])
const FIELDS = [
  'stream',
  'version',
  'status',
  'condition',
  'owner',
  'epoch',
  'pending',
  'inDoubt',
  'nextDueAt',
] as const
const CONDITIONS: ReadonlySet<unknown> = new Set(['running', 'paused', 'blocked', 'in-doubt', 'suspected'])

/** The part of a header that the directory reads. */
export type DirectoryHeader = Pick<
  RecordHeader,
  'agent' | 'epoch' | 'status' | 'active' | 'owner' | 'condition' | 'pending' | 'inDoubt' | 'nextDueAt'
>

/** The header of a record of an agent; `undefined` for any other event. */
export function readHeader(stream: string, metadata: JsonValue): DirectoryHeader | undefined {
  const header = headerOf(metadata)
  if (header === undefined || !isValid(header as unknown as JsonObject)) return undefined
  const definition = header.agent.slice(0, header.agent.indexOf('@'))
  return stream.startsWith(`${definition}-`) ? header : undefined
}

/** The agent after one more record, frozen. The same reference when nothing changed. */
export function applyHeader(
  entry: DirectoryEntry | undefined,
  stream: string,
  header: DirectoryHeader,
): DirectoryEntry {
  if (entry !== undefined && !changes(entry, header)) return entry
  const at = header.agent.indexOf('@')
  const owner = header.owner === undefined ? entry?.owner : (header.owner ?? undefined)
  const nextDueAt = header.nextDueAt === undefined ? entry?.nextDueAt : (header.nextDueAt ?? undefined)
  return Object.freeze({
    stream,
    definition: header.agent.slice(0, at),
    version: Number(header.agent.slice(at + 1)),
    id: stream.slice(at + 1),
    status: header.status ?? entry?.status ?? 'active',
    condition: header.condition ?? entry?.condition ?? 'running',
    active: header.active === undefined ? (entry?.active ?? NONE) : Object.freeze([...header.active]),
    ...(owner !== undefined && { owner }),
    epoch: Math.max(entry?.epoch ?? 0, header.epoch ?? 0), // a late outcome may name an older one
    pending: header.pending ?? entry?.pending ?? 0,
    inDoubt: header.inDoubt ?? entry?.inDoubt ?? 0,
    ...(nextDueAt !== undefined && { nextDueAt }),
  })
}

/** Whether an agent is one that the query asks for. `after` and `limit` are the caller's. */
export function matchesQuery(entry: DirectoryEntry, query: DirectoryQuery): boolean {
  if (query.definition !== undefined && entry.definition !== query.definition) return false
  if (query.version !== undefined && entry.version !== query.version) return false
  if (query.status !== undefined && entry.status !== query.status) return false
  if (query.condition !== undefined && entry.condition !== query.condition) return false
  if (query.state !== undefined && !entry.active.includes(query.state)) return false
  if (query.owner !== undefined && (entry.owner ?? null) !== query.owner) return false
  if (query.hasWork !== undefined && (entry.pending > 0 || entry.nextDueAt !== undefined) !== query.hasWork)
    return false
  if (query.pending === true && entry.pending === 0) return false
  return query.dueBefore === undefined || (entry.nextDueAt !== undefined && entry.nextDueAt <= query.dueBefore)
}

/** Whether two entries say the same. Of no agent: nothing. */
export function isSameEntry(one: DirectoryEntry | undefined, other: DirectoryEntry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return FIELDS.every((field) => one[field] === other[field]) && one.active.join('\n') === other.active.join('\n')
}

/** The directory, from nothing but the log. */
export async function rebuildDirectory(store: Pick<Store, 'readAll'>): Promise<ReadonlyMap<string, DirectoryEntry>> {
  const directory = new Map<string, DirectoryEntry>()
  for await (const page of store.readAll()) {
    for (const { stream, metadata } of page) {
      const header = readHeader(stream, metadata)
      if (header !== undefined) directory.set(stream, applyHeader(directory.get(stream), stream, header))
    }
  }
  return directory
}

function changes(entry: DirectoryEntry, header: DirectoryHeader): boolean {
  return (
    header.status !== undefined ||
    header.active !== undefined ||
    header.owner !== undefined ||
    header.condition !== undefined ||
    header.pending !== undefined ||
    header.inDoubt !== undefined ||
    header.nextDueAt !== undefined ||
    (header.epoch !== undefined && header.epoch > entry.epoch) ||
    header.agent !== `${entry.definition}@${entry.version}`
  )
}

/** A header of another team's making, or a damaged one, must not leave wrong types in the directory. */
function isValid(header: JsonObject): boolean {
  const { agent, epoch, status, active, owner, condition, pending, inDoubt, nextDueAt } = header
  return (
    typeof agent === 'string' &&
    AGENT.test(agent) &&
    (epoch === undefined || isCount(epoch)) &&
    (status === undefined || STATUSES.has(status)) &&
    (active === undefined || (Array.isArray(active) && active.every((id) => typeof id === 'string'))) &&
    (owner === undefined || owner === null || typeof owner === 'string') &&
    (condition === undefined || CONDITIONS.has(condition)) &&
    (pending === undefined || isCount(pending)) &&
    (inDoubt === undefined || isCount(inDoubt)) &&
    (nextDueAt === undefined || nextDueAt === null || typeof nextDueAt === 'number')
  )
}

function isCount(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
