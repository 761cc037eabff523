/**
 * Registers as streams of one event (`$maxCount: 1`). A value too large for one append goes in parts to a second stream
 * first; the event of the register then names them, so that a reader finds the whole value of one `put` or another's.
 */
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { JsonValue, Registers } from '@refold/core'
import { invariant, RefoldError } from '@refold/core'
import type { WireEvent, WireRecord } from './client/wire.js'
import { askAgain, type Connection } from './connection.js'
import { readRecords } from './reading.js'

const PART_BYTES = 512 * 1024
const VALUE = 'refold.register'
const PARTS = 'refold.register.parts'
const PART = 'refold.register.part'
const REMOVED = 'refold.register.removed'
const MAX_READS = 5
const NO_METADATA = toBytes('{}')

interface Parts {
  readonly first: number
  readonly count: number
  readonly of: string
}

export class StreamRegisters implements Registers {
  readonly #connection: Connection
  readonly #assertOpen: () => void
  /** Streams whose metadata was set by this process. */
  readonly #prepared = new Set<string>()
  /** The last put of each name, until it is done: puts of one name go one after the other. */
  readonly #puts = new Map<string, Promise<void>>()

  /** The connection closes only after what was asked is done; `assertOpen` throws as soon as the store is closed. */
  constructor(connection: Connection, options: { readonly assertOpen: () => void }) {
    this.#connection = connection
    this.#assertOpen = options.assertOpen
  }

  async put(name: string, value: JsonValue): Promise<void> {
    this.#assertOpen()
    const text = JSON.stringify(value)
    return this.#inTurn(name, () => this.#write(name, text))
  }

  async remove(name: string): Promise<void> {
    this.#assertOpen()
    return this.#inTurn(name, async () => {
      if ((await this.#head(name)) !== undefined) await this.#append(this.#streamOf(name), event(REMOVED, null))
    })
  }

  async get(name: string): Promise<JsonValue | undefined> {
    this.#assertOpen()
    for (let reads = 0; reads < MAX_READS; reads++) {
      const head = await this.#head(name)
      if (head === undefined || head.type === REMOVED) return undefined
      if (head.type === VALUE) return (head.data ?? null) as JsonValue
      const text = await this.#joined(name, head.data as Parts)
      if (text !== undefined) return JSON.parse(text) as JsonValue
    }
    throw new RefoldError('STORE_REJECTED', `the register ${name} changes faster than it can be read`)
  }

  /** What was asked is done, or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#puts.values())
  }

  #inTurn(name: string, operation: () => Promise<void>): Promise<void> {
    const before = this.#puts.get(name) ?? Promise.resolve()
    const done = before.catch(() => {}).then(operation)
    this.#puts.set(name, done)
    const forget = (): void => {
      if (this.#puts.get(name) === done) this.#puts.delete(name)
    }
    done.then(forget, forget)
    return done
  }

  async #write(name: string, text: string): Promise<void> {
    const stream = this.#streamOf(name)
    if (Buffer.byteLength(text) <= PART_BYTES) {
      await this.#append(stream, { id: randomUUID(), type: VALUE, data: toBytes(text), metadata: NO_METADATA })
      return this.#keepOne(stream)
    }
    const before = await this.#head(name)
    const of = randomUUID()
    const parts = textParts(text)
    let first: number | undefined
    for (const part of parts) {
      const revision = await this.#append(this.#partsOf(name), event(PART, { of, part }))
      first ??= revision
    }
    invariant(first !== undefined, 'a register without a value')
    await this.#append(stream, event(PARTS, { of, first, count: parts.length } satisfies Parts))
    await this.#keepOne(stream)
    // The parts of the value before are kept: somebody may read them now, or write beside us.
    const kept = before?.type === PARTS ? Math.min((before.data as Parts).first, first) : first
    await this.#setMetadata(this.#partsOf(name), { truncateBefore: kept })
  }

  async #joined(name: string, { of, first, count }: Parts): Promise<string | undefined> {
    let text = ''
    let found = 0
    const records = readRecords(this.#connection, {
      doing: `reading the register ${name}`,
      call: (client, last) =>
        client.readStream(this.#partsOf(name), { from: last === undefined ? BigInt(first) : last.revision + 1n }),
    })
    for await (const page of records) {
      for (const { data } of page) {
        const part = data as { readonly of: string; readonly part: string }
        if (part.of !== of) continue // of another put at the same time
        text += part.part
        if (++found === count) return text
      }
    }
    return undefined
  }

  async #head(name: string): Promise<WireRecord | undefined> {
    const records = readRecords(this.#connection, {
      doing: `reading the register ${name}`,
      call: (client) => client.readStream(this.#streamOf(name), { backwards: true, limit: 1 }),
    })
    for await (const page of records) return page[0]
    return undefined
  }

  async #append(stream: string, sent: WireEvent): Promise<number> {
    const { timeoutMs } = this.#connection.options
    const options = { expected: 'any', deadlineMs: timeoutMs } as const
    const { revision } = await askAgain(this.#connection, `writing ${stream}`, (client) =>
      client.append(stream, [sent], options),
    )
    return Number(revision)
  }

  /** After the first event, so that it is done again if it was not done before a crash. */
  async #keepOne(stream: string): Promise<void> {
    if (this.#prepared.has(stream)) return
    await this.#setMetadata(stream, { maxCount: 1 })
    this.#prepared.add(stream)
  }

  async #setMetadata(stream: string, metadata: { maxCount?: number; truncateBefore?: number }): Promise<void> {
    const options = { deadlineMs: this.#connection.options.timeoutMs }
    await askAgain(this.#connection, `writing the metadata of ${stream}`, (client) =>
      client.setStreamMetadata(stream, metadata, options),
    )
  }

  #streamOf(name: string): string {
    return `~${this.#connection.options.prefix}register-${name}`
  }

  #partsOf(name: string): string {
    return `~${this.#connection.options.prefix}parts-${name}`
  }
}

function event(type: string, data: unknown): WireEvent {
  return { id: randomUUID(), type, data: toBytes(JSON.stringify(data)), metadata: NO_METADATA }
}

/** Not a `Buffer`: the client takes plain bytes as they are, and nothing else. */
function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Pieces that fit, cut between characters. */
function textParts(text: string): readonly string[] {
  const parts: string[] = []
  const size = Math.floor(PART_BYTES / 4) // as JSON text in UTF-8 a character takes at most four bytes, escapes aside
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + size, text.length)
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++
    parts.push(text.slice(at, end))
    at = end
  }
  return parts
}
