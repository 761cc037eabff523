/** The stored directory: a cache, written as one value that names the event up to which it holds. */
import type { DirectoryEntry, JsonValue, Registers } from '@refold/core/store'
import { isRefoldError } from '@refold/core/store'
import type { Connection } from './connection.js'
import { readRecords } from './reading.js'

const REGISTER = 'refold-directory'
const FORMAT = 1

export interface SavedDirectory {
  readonly position: bigint
  /** Of the event at that position. Another event there means another log: the cache is then of no use. */
  readonly id: string
  readonly entries: readonly DirectoryEntry[]
}

export class DirectoryCheckpoint {
  readonly #connection: Connection
  readonly #registers: Registers
  /** One is on its way to the server. */
  saving = false

  constructor(connection: Connection, registers: Registers) {
    this.#connection = connection
    this.#registers = registers
  }

  /** `undefined`: nothing that fits this log. A cache that cannot be read is none. */
  async load(): Promise<SavedDirectory | undefined> {
    try {
      return await this.#load()
    } catch (error) {
      if (isRefoldError(error) && error.code !== 'UNREADABLE') throw error // of the server, not of the cache
      return undefined
    }
  }

  async #load(): Promise<SavedDirectory | undefined> {
    const saved = (await this.#registers.get(REGISTER)) as
      | { v: number; position: string; id: string; entries: readonly DirectoryEntry[] }
      | undefined
    if (saved?.v !== FORMAT || !/^\d+$/.test(saved.position)) return undefined
    const position = BigInt(saved.position)
    const records = readRecords(this.#connection, {
      doing: 'reading the event of the checkpoint',
      call: (client) => client.readAll({ from: position, limit: 1 }),
    })
    for await (const [record] of records) {
      const fits = record !== undefined && record.position === position && record.id === saved.id
      return fits ? { position, id: saved.id, entries: saved.entries.map((entry) => Object.freeze(entry)) } : undefined
    }
    return undefined
  }

  /** In the background; a failed one is made up for by the next. */
  save({ position, id, entries }: SavedDirectory): void {
    this.saving = true
    const value = { v: FORMAT, position: position.toString(), id, entries } as unknown as JsonValue
    const done = (): void => {
      this.saving = false
    }
    this.#registers.put(REGISTER, value).then(done, done)
  }
}
