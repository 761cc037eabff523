/**
 * What connections of `memoryStore` share: the log itself, and who is to be told when it grows. Payloads are kept as JSON
 * text, as every other store keeps them: what a caller does to its objects changes nothing here.
 */
import { toPosition, toRevision } from '../record/revision.js'
import { applyHeader, readHeader } from './directory-projection.js'
import type { DirectoryHeader } from './directory-projection.js'
import { assertDecidedOn } from './decided-on.js'
import type { MemoryBuilds } from './memory-projections.js'
import type { AppendOptions, AppendResult, DirectoryEntry, ExternalAppend, NewEvent } from './port.js'

/** One stored event. Its position is its place in `MemoryLog.rows`. */
export interface MemoryRow {
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
}

/** An event as text, before it has its place. */
export interface MemoryEvent extends Pick<MemoryRow, 'id' | 'type' | 'data' | 'metadata'> {
  readonly header: DirectoryHeader | undefined
}

export function encodeForMemory(stream: string, { id, type, data, metadata }: NewEvent): MemoryEvent {
  const header = readHeader(stream, metadata)
  return { id, type, data: JSON.stringify(data), metadata: JSON.stringify(metadata), header }
}

/** A connection, as the log sees it. */
export interface MemoryConnection {
  /** After each append; `foreign` when another connection made it. */
  readonly onAppend: (append: ExternalAppend, by: { readonly foreign: boolean }) => void
}

/** Opaque to users: make it with `memoryLog()` and hand it to `memoryStore`. */
export interface MemoryLog {
  readonly rows: MemoryRow[]
  readonly streams: Map<string, MemoryRow[]>
  readonly registers: Map<string, string>
  readonly directory: Map<string, DirectoryEntry>
  readonly builds: MemoryBuilds
  /** Who holds each worker's lock; `undefined`: it was announced and is free. */
  readonly workers: Map<string, MemoryConnection | undefined>
  readonly connections: Set<MemoryConnection>
}

/** Shared data for `memoryStore`: every store opened on one log is a connection to the same data. */
export function memoryLog(): MemoryLog {
  return {
    rows: [],
    streams: new Map(),
    registers: new Map(),
    directory: new Map(),
    builds: new Map(),
    workers: new Map(),
    connections: new Set(),
  }
}

/** The whole of `append`: compare with the last revision, then store everything at once. */
export function appendToLog(
  log: MemoryLog,
  stream: string,
  { events, expected, expectedId, by }: AppendOptions & { events: readonly MemoryEvent[]; by: MemoryConnection },
): AppendResult {
  const rows = log.streams.get(stream) ?? []
  const first = expected === 'no_stream' ? 0 : Number(expected) + 1
  assertDecidedOn(rows[first - 1]?.id, { stream, expected, expectedId })
  if (rows.length !== first) return repeatOrConflict(rows, { events, first })
  for (const { id, type, data, metadata, header } of events) {
    const row: MemoryRow = { stream, revision: rows.length, position: log.rows.length, id, type, data, metadata }
    rows.push(row)
    log.rows.push(row)
    if (header !== undefined) log.directory.set(stream, applyHeader(log.directory.get(stream), stream, header))
  }
  log.streams.set(stream, rows)
  const revision = toRevision(rows.length - 1)
  for (const connection of log.connections) connection.onAppend({ stream, revision }, { foreign: connection !== by })
  return { ok: true, revision, position: toPosition(log.rows.length - 1) }
}

/** The same events at the expected place are the same append: it gets its first answer again. */
function repeatOrConflict(
  rows: readonly MemoryRow[],
  { events, first }: { events: readonly MemoryEvent[]; first: number },
): AppendResult {
  const last = rows[first + events.length - 1]
  const stored = last !== undefined && events.every((event, index) => rows[first + index]?.id === event.id)
  if (stored) return { ok: true, revision: toRevision(last.revision), position: toPosition(last.position) }
  return { ok: false, actual: rows.length === 0 ? 'no_stream' : toRevision(rows.length - 1) }
}
