/**
 * The stored directory: a cache, written as one value that names an event which it knows, and the place up to which it holds.
 * That place is behind the event where only events of others were looked through since; the value is written into the same log
 * behind both, so that a log which has the value has all that it speaks of.
 */
import type { DirectoryEntry, JsonValue, Registers } from '@refold/core/store'
import { isRefoldError } from '@refold/core/store'
import type { Connection } from './connection.js'
import { endOfLog, readRecords } from './reading.js'

const REGISTER = 'refold-directory'
const FORMAT = 1

export interface SavedDirectory {
  /** Everything up to here is in the entries. */
  readonly upTo: bigint
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
      | { v: number; upTo?: string; position: string; id: string; entries: readonly DirectoryEntry[] }
      | undefined
    if (saved?.v !== FORMAT || !/^\d+$/.test(saved.position)) return undefined
    const { id } = saved
    const position = BigInt(saved.position)
    const [fits, upTo] = await Promise.all([this.#fits({ position, id }), this.#upTo(saved.upTo, position)])
    if (!fits) return undefined
    return { upTo, position, id, entries: saved.entries.map((entry) => Object.freeze(entry)) }
  }

  async #fits({ position, id }: Pick<SavedDirectory, 'position' | 'id'>): Promise<boolean> {
    const records = readRecords(this.#connection, {
      doing: 'reading the event of the checkpoint',
      call: (client) => client.readAll({ from: position, limit: 1 }),
    })
    for await (const [record] of records) return record?.position === position && record.id === id
    return false
  }

  async #upTo(saved: string | undefined, position: bigint): Promise<bigint> {
    if (saved === undefined || !/^\d+$/.test(saved)) return position
    const upTo = BigInt(saved)
    return upTo > position && upTo <= (await endOfLog(this.#connection)) ? upTo : position
  }

  /** In the background; resolves when it is over: a failed one is made up for by the next. */
  async save({ upTo, position, id, entries }: SavedDirectory): Promise<void> {
    this.saving = true
    const value = {
      v: FORMAT,
      upTo: upTo.toString(),
      position: position.toString(),
      id,
      entries,
    } as unknown as JsonValue
    await this.#registers.put(REGISTER, value).catch(() => {})
    this.saving = false
  }
}
