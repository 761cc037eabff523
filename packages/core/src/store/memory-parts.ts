/** What a connection to a memory log offers beside the log itself: registers, directory, presence. */
import { invariant } from '../errors.js'
import { applyHeader, isSameEntry, matchesQuery, readHeader } from './directory-projection.js'
import type { MemoryConnection, MemoryLog } from './memory-log.js'
import type { Directory, DirectoryEntry, DirectoryQuery, Presence, RebuiltDirectory, Registers } from './port.js'

interface Part {
  readonly log: MemoryLog
  readonly connection: MemoryConnection
  readonly assertOpen: () => void
}

const PAGE_ENTRIES = 500

/** Values are kept as JSON text: a caller's later change to its object changes nothing. */
export function memoryRegisters({ log, assertOpen }: Part): Registers {
  return {
    put: async (name, value) => {
      assertOpen()
      log.registers.set(name, JSON.stringify(value))
    },
    get: async (name) => {
      assertOpen()
      const value = log.registers.get(name)
      return value === undefined ? undefined : JSON.parse(value)
    },
    remove: async (name) => {
      assertOpen()
      log.registers.delete(name)
    },
  }
}

/** Looks at every entry: the memory store is no index. */
export function memoryDirectory({ log, assertOpen }: Part): Directory {
  return {
    async *find(query: DirectoryQuery = {}): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
      assertOpen()
      const entries = entriesAfter(log, query.after)
        .filter((entry) => matchesQuery(entry, query))
        .slice(0, query.limit ?? Infinity)
      for (let at = 0; at < entries.length; at += PAGE_ENTRIES) yield entries.slice(at, at + PAGE_ENTRIES)
    },
    get: async (stream) => {
      assertOpen()
      return log.directory.get(stream)
    },
    rebuild: async () => {
      assertOpen()
      return rebuild(log)
    },
  }
}

/** In the order in which the streams began: that of the map. */
function entriesAfter(log: MemoryLog, after: string | undefined): readonly DirectoryEntry[] {
  const streams = [...log.streams.keys()]
  const from = after === undefined ? 0 : streams.indexOf(after) + 1
  if (after !== undefined && from === 0) return []
  return streams.slice(from).flatMap((stream) => log.directory.get(stream) ?? [])
}

function rebuild(log: MemoryLog): RebuiltDirectory {
  const rebuilt = new Map<string, DirectoryEntry>()
  for (const { stream, metadata } of log.rows) {
    const header = readHeader(stream, JSON.parse(metadata))
    if (header !== undefined) rebuilt.set(stream, applyHeader(rebuilt.get(stream), stream, header))
  }
  let repaired = 0
  for (const stream of new Set([...rebuilt.keys(), ...log.directory.keys()])) {
    const entry = rebuilt.get(stream)
    if (isSameEntry(entry, log.directory.get(stream))) continue
    repaired++
    if (entry === undefined) log.directory.delete(stream)
    else log.directory.set(stream, entry)
  }
  return { agents: rebuilt.size, repaired }
}

/** The "process" of a lock is its connection: closing it is its death. */
export function memoryPresence({ log, connection, assertOpen }: Part): Presence {
  return {
    announce: async (worker) => {
      assertOpen()
      invariant(log.workers.get(worker) === undefined, `worker ${worker} is announced twice`)
      log.workers.set(worker, connection)
      return async () => {
        if (log.workers.get(worker) === connection) log.workers.set(worker, undefined)
      }
    },
    provenDead: async (worker) => {
      assertOpen()
      return log.workers.has(worker) && log.workers.get(worker) === undefined
    },
  }
}
