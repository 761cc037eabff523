/** What a connection to a memory log offers beside the log itself: registers, directory, presence. */
import { invariant } from '../errors.js'
import { matchesQuery } from './directory-projection.js'
import type { MemoryConnection, MemoryLog } from './memory-log.js'
import type { Directory, DirectoryEntry, DirectoryQuery, Presence, Registers } from './port.js'

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
      const found = [...log.directory.values()].filter((entry) => matchesQuery(entry, query)).toSorted(byStream)
      const entries = found.slice(0, query.limit ?? Infinity)
      for (let at = 0; at < entries.length; at += PAGE_ENTRIES) yield entries.slice(at, at + PAGE_ENTRIES)
    },
    get: async (stream) => {
      assertOpen()
      return log.directory.get(stream)
    },
  }
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

function byStream(a: DirectoryEntry, b: DirectoryEntry): number {
  return a.stream < b.stream ? -1 : 1
}
