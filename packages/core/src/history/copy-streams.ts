/**
 * Copies streams from one store to another. Invariants: an event gets the revision that it has in the source, or the copy
 * ends; streams are begun and go on in the order of the source's log; what is there already is not stored again.
 */
import { coded } from '../coded.js'
import { isRefoldError, RefoldError } from '../errors.js'
import { advance, FIRST_REVISION, type Expected, type Revision } from '../record/revision.js'
import { appendBytes } from '../store/append-limits.js'
import type { NewEvent, Store, StoredEvent } from '../store/port.js'
import { comparedLogs } from './compare-logs.js'

/** Of `copyStreams`. */
export interface CopyOptions {
  /** Only these. Default: all that the source reads. */
  readonly streams?: readonly string[]
  /** Called after each append, with the number of events stored so far. */
  readonly onProgress?: (stored: number) => void
}

/** What is in the copy now. */
export interface CopyResult {
  readonly streams: number
  /** In the copy, compared with the source one by one. */
  readonly events: number
  /** Stored by this call; the others were there. */
  readonly stored: number
}

const MAX_BATCH_EVENTS = 500
/** A store that does not know whether it stored is asked so often by the identical append. */
const MAX_UNKNOWN = 10

/**
 * Copies every event with its revision, id, type, data, metadata and the order of the log, and compares both stores when it is
 * done. Registers and the directory are not copied: they are caches, and heartbeats of the source's workers. Broken off, it goes
 * on when it is called again. No one may work on the source: stop its workers first, and do not start them again. Rejects
 * with `COPY_DIFFERS` when the target holds something else in a stream, and with what the stores reject with.
 */
export async function copyStreams(from: Store, to: Store, options: CopyOptions = {}): Promise<CopyResult> {
  return coded({ name: 'copyStreams', takes: 1 }, [options], () => copied(from, to, options))
}

async function copied(from: Store, to: Store, { streams: named, onProgress }: CopyOptions): Promise<CopyResult> {
  const chosen = named === undefined ? undefined : new Set(named)
  const target = new Target(to)
  let end: StoredEvent | undefined
  for await (const page of from.readAll()) {
    for (const event of page) {
      if (chosen !== undefined && !chosen.has(event.stream)) continue
      end = event
      if (await target.take(event)) onProgress?.(target.stored)
    }
  }
  if (await target.flush()) onProgress?.(target.stored)
  const { streams } = target
  const events = end === undefined ? 0 : await comparedLogs(from, to, { streams, upTo: end.position })
  return { streams: streams.size, events, stored: target.stored }
}

/** The last event of a stream. */
type Head = Pick<StoredEvent, 'revision' | 'id'>

/** What is appended next, and what stands in the target. */
class Target {
  stored = 0
  readonly #store: Store
  /** Of each stream, as far as it was seen; `undefined`: the stream is not there. */
  readonly #heads = new Map<string, Head | undefined>()
  #batch: StoredEvent[] = []
  #bytes = 0

  constructor(store: Store) {
    this.#store = store
  }

  get streams(): ReadonlySet<string> {
    return new Set(this.#heads.keys())
  }

  /** Whether something was stored. */
  async take(event: StoredEvent): Promise<boolean> {
    const { stream, revision } = event
    if (!this.#heads.has(stream)) this.#heads.set(stream, await headOf(this.#store, stream))
    const head = this.#heads.get(stream)
    if (head !== undefined && revision <= head.revision) {
      if (revision === head.revision && event.id !== head.id) throw goesOnOtherwise(event)
      return false // compared when all is done
    }
    const [first] = this.#batch
    const bytes = appendBytes([event])
    const isFull =
      this.#batch.length === MAX_BATCH_EVENTS || this.#bytes + bytes > this.#store.capabilities.maxAppendBytes
    const stores = first !== undefined && (first.stream !== stream || isFull) && (await this.flush())
    if (this.#batch.length === 0 && revision !== next(this.#heads.get(stream))) throw gap(event)
    this.#batch.push(event)
    this.#bytes += bytes
    return stores
  }

  async flush(): Promise<boolean> {
    const events = this.#batch
    const [first] = events
    if (first === undefined) return false
    this.#batch = []
    this.#bytes = 0
    await this.#append(first.stream, events.map(toNew))
    const { revision, id } = events.at(-1) ?? first
    this.#heads.set(first.stream, { revision, id }) // of a stream nothing more is kept in memory
    this.stored += events.length
    return true
  }

  async #append(stream: string, events: readonly NewEvent[]): Promise<void> {
    const head = this.#heads.get(stream)
    const decidedOn = { expected: head?.revision ?? ('no_stream' as const), expectedId: head?.id }
    for (let unknown = 1; ; unknown++) {
      try {
        const result = await this.#store.append(stream, events, decidedOn)
        if (!result.ok) throw differs(stream, result.actual)
        return
      } catch (error) {
        if (!isRefoldError(error, 'STORE_UNKNOWN') || unknown === MAX_UNKNOWN) throw error
      }
    }
  }
}

async function headOf(store: Store, stream: string): Promise<Head | undefined> {
  for await (const [last] of store.read(stream, { direction: 'backwards', limit: 1 }))
    if (last !== undefined) return { revision: last.revision, id: last.id }
  return undefined
}

function toNew({ id, type, data, metadata }: StoredEvent): NewEvent {
  return { id, type, data, metadata }
}

function next(head: Head | undefined): Revision {
  return head === undefined ? FIRST_REVISION : advance(head.revision)
}

function gap({ stream, revision }: StoredEvent): RefoldError {
  return new RefoldError('COPY_DIFFERS', `${stream} begins at revision ${revision} in the source`, {
    hint: 'Its first events were deleted: it cannot be stored elsewhere with its revisions.',
    facts: { stream, revision: String(revision) },
  })
}

/** What would be stored behind it would not be a copy. */
function goesOnOtherwise({ stream, revision }: StoredEvent): RefoldError {
  return new RefoldError('COPY_DIFFERS', `the target holds another event at revision ${revision} of ${stream}`, {
    hint: 'Begin with a target that does not have the stream.',
    facts: { stream, revision: String(revision) },
  })
}

function differs(stream: string, actual: Expected): RefoldError {
  return new RefoldError('COPY_DIFFERS', `${stream} was written to while it was copied`, {
    hint: 'Stop what works on the target, and begin with a target that does not have the stream.',
    facts: { stream, actual: String(actual) },
  })
}
