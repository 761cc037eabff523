/**
 * Registers as streams of one event (`$maxCount: 1`). A value too large for one append goes in parts to a stream of its own
 * first; the event of the register then names it, so that a reader finds the whole value of one `put` or another's.
 *
 * Invariant: the parts of a value are deleted only by someone who has seen a later value in the register. Of two who write
 * at once neither takes the other's; one's parts may then be left behind, which costs room and nothing else.
 */
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { JsonValue, Registers } from '@refold/core/store'
import { RefoldError, toRevision } from '@refold/core/store'
import type { WireAppended, WireClient, WireEvent, WireExpected, WireRecord } from './client/wire.js'
import { askAgain, type Connection } from './connection.js'
import { readRecords } from './reading.js'

const PART_BYTES = 512 * 1024
const VALUE = 'refold.register'
const PARTS = 'refold.register.parts'
const PART = 'refold.register.part'
const REMOVED = 'refold.register.removed'
/** Each agent has a register for its snapshot: beyond so many it is asked again, which changes nothing. */
const MOST_PREPARED = 10_000
const MAX_READS = 5
const GONE = 'gone'
const NO_METADATA = toBytes('{}')

interface Appending {
  readonly expected?: WireExpected
  readonly deadline?: number | undefined
}

interface Parts {
  readonly count: number
  /** Names their stream. */
  readonly of: string
}

export class StreamRegisters implements Registers {
  readonly #connection: Connection
  readonly #assertOpen: () => void
  /** Streams whose metadata was set by this process. */
  readonly #prepared = new Set<string>()
  /** Names whose newest value of this process is in parts, and the name of these. */
  readonly #inParts = new Map<string, string>()
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
    return this.#inTurn(name, (deadline) => this.#write(name, text, deadline))
  }

  async remove(name: string): Promise<void> {
    this.#assertOpen()
    return this.#inTurn(name, async (deadline) => {
      const isThere = (await this.#head(name, deadline)) !== undefined
      if (isThere) await this.#append(this.#streamOf(name), event(REMOVED, null), { deadline })
      await this.#dropOwn(name, deadline)
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
    throw new RefoldError(
      'UNREADABLE',
      `the register ${name} changes faster than it can be read, or has lost its parts`,
    )
  }

  /** What was asked is done, or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#puts.values())
  }

  /** What it waits for its turn is of its own time. */
  #inTurn(name: string, operation: (deadline: number) => Promise<void>): Promise<void> {
    const deadline = performance.now() + this.#connection.options.timeoutMs
    const before = this.#puts.get(name) ?? Promise.resolve()
    const done = before.catch(() => {}).then(() => operation(deadline))
    this.#puts.set(name, done)
    const forget = (): void => {
      if (this.#puts.get(name) === done) this.#puts.delete(name)
    }
    done.then(forget, forget)
    return done
  }

  async #write(name: string, text: string, deadline: number): Promise<void> {
    const stream = this.#streamOf(name)
    if (Buffer.byteLength(text) > PART_BYTES) return this.#writeParts(name, text, deadline)
    const value = { id: randomUUID(), type: VALUE, data: toBytes(text), metadata: NO_METADATA }
    await this.#append(stream, value, { deadline })
    await this.#keepOne(stream, deadline)
    await this.#dropOwn(name, deadline)
  }

  /** Each part has a time of its own. */
  async #writeParts(name: string, text: string, deadline: number): Promise<void> {
    const stream = this.#streamOf(name)
    const before = await this.#head(name, deadline)
    const parts = textParts(text)
    const of = randomUUID()
    for (const [index, part] of parts.entries()) {
      const expected = index === 0 ? 'no_stream' : toRevision(index - 1)
      await this.#append(this.#partsOf(name, of), event(PART, part), { expected })
    }
    const at = await this.#append(stream, event(PARTS, { of, count: parts.length } satisfies Parts))
    await this.#keepOne(stream)
    this.#inParts.set(name, of)
    const now = await this.#head(name)
    if (now !== undefined && now.revision > at) await this.#drop(name, of)
    if (before?.type === PARTS && before.revision < at) await this.#drop(name, (before.data as Parts).of)
  }

  /** The parts of the value that this process has put before. */
  async #dropOwn(name: string, deadline: number): Promise<void> {
    const of = this.#inParts.get(name)
    if (of === undefined) return
    this.#inParts.delete(name)
    await this.#drop(name, of, deadline)
  }

  async #drop(name: string, of: string, deadline?: number): Promise<void> {
    const stream = this.#partsOf(name, of)
    const options = { deadlineMs: this.#connection.options.timeoutMs }
    await askAgain(
      this.#connection,
      `deleting ${stream}`,
      (client) => client.deleteStream(stream, options).then(() => GONE),
      {
        deadline,
        otherwise: ({ kind }) => (kind === 'conflict' || kind === 'not-found' || kind === 'deleted' ? GONE : undefined),
      },
    )
  }

  /** `undefined`: another value has come, and they were deleted. */
  async #joined(name: string, { of, count }: Parts): Promise<string | undefined> {
    let text = ''
    let found = 0
    const records = readRecords(this.#connection, {
      doing: `reading the register ${name}`,
      call: (client, last) =>
        client.readStream(this.#partsOf(name, of), last === undefined ? {} : { from: last.revision + 1n }),
    })
    for await (const page of records) {
      for (const { data } of page) {
        text += data as string
        if (++found === count) return text
      }
    }
    return undefined
  }

  async #head(name: string, deadline?: number): Promise<WireRecord | undefined> {
    const records = readRecords(this.#connection, {
      deadline,
      doing: `reading the register ${name}`,
      call: (client) => client.readStream(this.#streamOf(name), { backwards: true, limit: 1 }),
    })
    for await (const page of records) return page[0]
    return undefined
  }

  async #append(stream: string, sent: WireEvent, { expected = 'any', deadline }: Appending = {}): Promise<bigint> {
    const doing = `writing ${stream}`
    const options = { expected, deadlineMs: this.#connection.options.timeoutMs }
    const append = (client: WireClient): Promise<WireAppended> => client.append(stream, [sent], options)
    const { revision, position } = await askAgain(this.#connection, doing, append, { deadline })
    this.#connection.seen.add(position)
    return revision
  }

  /** After the first event, so that it is done again if it was not done before a crash. */
  async #keepOne(stream: string, deadline?: number): Promise<void> {
    if (this.#prepared.has(stream)) return
    const doing = `writing the metadata of ${stream}`
    const options = { deadlineMs: this.#connection.options.timeoutMs }
    const set = (client: WireClient): Promise<void> => client.setStreamMetadata(stream, { maxCount: 1 }, options)
    await askAgain(this.#connection, doing, set, { deadline })
    if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear()
    this.#prepared.add(stream)
  }

  #streamOf(name: string): string {
    return `~${this.#connection.options.prefix}register-${name}`
  }

  #partsOf(name: string, of: string): string {
    return `~${this.#connection.options.prefix}parts-${name}-${of}`
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
