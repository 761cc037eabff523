/**
 * Copies streams from one store to another. Invariants: an event gets the revision that it has in the source, or the copy
 * ends; streams are begun and go on in the order of the source's log; what is there already is not stored again.
 */
import { checkOptions, optionRule } from '../option-values.js'
import { coded, requireMethods } from '../coded.js'
import { RefoldError } from '../errors.js'
import { isChartStream } from '../log/charts.js'
import { appendBytes } from '../store/append-limits.js'
import type { Store, StoredEvent } from '../store/port.js'
import { keptOrder, noteOrder } from '../log/kept-order.js'
import type { KeptOrder } from '../log/kept-order.js'
import { comparedLogs } from './compare-logs.js'
import type { ComparedLogs } from './compare-logs.js'
import { headOf, next, storeBatch, toNew } from './store-batch.js'
import type { Head } from './store-batch.js'

/** Of `copyStreams`. */
export interface CopyOptions {
  /** Only these. Default: all that the source reads. */
  readonly streams?: readonly string[]
  /** Called after each append, with the number of events stored so far. What it throws or rejects with ends the copying. */
  readonly onProgress?: (stored: number) => void | Promise<void>
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

/**
 * Copies every event with its revision, id, type, data, metadata and the order of the log, and compares both stores when it is
 * done. Registers and the directory are not copied: they are caches, and heartbeats of the source's workers; nor are charts that
 * the target has. Broken off, it goes on when it is called again. No one may work on the source: stop its workers first, and do not start them again. Rejects
 * with `COPY_DIFFERS` when the target holds something else in a stream, and with what the stores reject with.
 */
export async function copyStreams(from: Store, to: Store, options: CopyOptions = {}): Promise<CopyResult> {
  return coded({ name: 'copyStreams', takes: 1 }, [options], () => copied(from, to, options))
}

async function copied(from: Store, to: Store, options: CopyOptions): Promise<CopyResult> {
  const { streams: named, onProgress } = options
  checkOptions(options, { streams: optionRule.texts, onProgress: optionRule.function })
  requireMethods(from, 'from', ['readAll', 'read'])
  requireMethods(to, 'to', ['append', 'readAll', 'read'])
  const chosen = named === undefined ? undefined : new Set(named)
  const target = new Target(to)
  let end: StoredEvent | undefined
  for await (const page of from.readAll()) {
    for (const event of page) {
      if (chosen !== undefined && !chosen.has(event.stream)) continue
      end = event
      if (await target.take(event)) await onProgress?.(target.stored)
    }
  }
  if (await target.flush()) await onProgress?.(target.stored)
  const { streams } = target
  const compared = end === undefined ? undefined : await comparedLogs(from, to, { streams, upTo: end.position })
  if (compared !== undefined) await noteOrder(to.registers, await orderOf(compared, from))
  return { streams: streams.size, events: compared?.events ?? 0, stored: target.stored }
}

/** What a cursor of the source may be taken for in the target: what stands behind the same records. */
async function orderOf({ upTo, isAlone }: ComparedLogs, from: Store): Promise<NonNullable<KeptOrder>> {
  if (!isAlone || upTo === undefined || (await keptOrder(from.registers)) === 'changed') return 'changed'
  return { upTo }
}

/** What is appended next, and what stands in the target. */
class Target {
  stored = 0
  readonly #store: Store
  /** Of each stream, as far as it was seen; `undefined`: the stream is not there. */
  readonly #heads = new Map<string, Head | undefined>()
  /** Charts that the target's own agents have stored there: the same by their fingerprint, so not copied and not compared. */
  readonly #ownCharts = new Set<string>()
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
    if (!(await this.#isCopied(event))) return false
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

  /** Looks, at the first event of a stream, at what the target has of it. */
  async #isCopied({ stream, id }: StoredEvent): Promise<boolean> {
    if (this.#ownCharts.has(stream)) return false
    if (this.#heads.has(stream)) return true
    const head = await headOf(this.#store, stream)
    const isOwnChart = isChartStream(stream) && head !== undefined && head.id !== id
    if (isOwnChart) this.#ownCharts.add(stream)
    else this.#heads.set(stream, head)
    return !isOwnChart
  }

  async flush(): Promise<boolean> {
    const events = this.#batch
    const [first] = events
    if (first === undefined) return false
    this.#batch = []
    this.#bytes = 0
    const head = this.#heads.get(first.stream)
    if (this.stored === 0) await noteOrder(this.#store.registers, 'changed') // until it is proven that it is not
    await storeBatch(this.#store, first.stream, { events: events.map(toNew), head })
    const { revision, id } = events.at(-1) ?? first
    this.#heads.set(first.stream, { revision, id }) // of a stream nothing more is kept in memory
    this.stored += events.length
    return true
  }
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
    hint: 'Begin with a target that does not have the stream, or leave it out: `streams` names those that are copied.',
    facts: { stream, revision: String(revision) },
  })
}
