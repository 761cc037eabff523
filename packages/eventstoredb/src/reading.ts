/** Reads: pages of events, resumed after the last one given when the connection is lost, cancelled when they are left early. */
import type { ReadAllOptions, ReadOptions, StoredEvent } from '@refold/core/store'
import { backoffMs, isRefoldError } from '@refold/core/store'
import { pause } from './pause.js'
import { callPages } from './client/call-pages.js'
import { failureOf } from './client/db-client.js'
import { failureError } from './client/failure.js'
import type { WireCall, WireClient, WireItem, WireRecord } from './client/wire.js'
import { timeLeft } from './client/silence.js'
import { assertInTime, assertOpen, isHopeless, RETRY, type Connection } from './connection.js'
import { positionOf } from './following.js'
import { toStoredEvent } from './wire-event.js'

/** Events of others, as heartbeats, that may stand behind the last one of users. */
const OTHERS_BEHIND = 8

export interface Reading {
  readonly doing: string
  /** A new call, for what comes after the last record given. `upTo`: how far the log was looked through, as a checkpoint says too. */
  readonly call: (client: WireClient, last: WireRecord | undefined, upTo: bigint | undefined) => WireCall
  /** Ends the read; the item is not given. */
  readonly isEnd?: (item: WireItem) => boolean
  /** Whether nothing can follow this record. */
  readonly isLast?: (record: WireRecord) => boolean
  /** For the first answer, by the monotonic clock. Default: as long as every call has. */
  readonly deadline?: number | undefined
}

/** How far a read has come, and when its time is over. */
class Progress {
  failures = 1
  deadline: number
  /** Of the last item that has a place. */
  upTo: bigint | undefined
  readonly #timeoutMs: number

  constructor({ deadline, timeoutMs }: { readonly deadline: number | undefined; readonly timeoutMs: number }) {
    this.deadline = deadline ?? performance.now() + timeoutMs
    this.#timeoutMs = timeoutMs
  }

  /** What goes on has its whole time again. */
  take(items: readonly WireItem[]): void {
    const item = items.findLast(({ kind }) => kind !== 'caught-up')
    const place = item && positionOf(item)
    if (place === undefined || place === this.upTo) return
    this.upTo = place
    this.failures = 1
    this.deadline = performance.now() + this.#timeoutMs
  }
}

/** Pages of records. A stream that does not exist has none. Rejects with a coded error when the server cannot be read. */
export async function* readRecords(
  connection: Connection,
  { doing, call, isEnd, isLast, deadline }: Reading,
): AsyncGenerator<readonly WireRecord[], void, undefined> {
  const { shared, seen } = connection
  const { timeoutMs } = connection.options
  const progress = new Progress({ deadline, timeoutMs })
  let last: WireRecord | undefined
  assertInTime(progress.deadline, { doing, callMs: timeoutMs })
  for (; ; progress.failures++) {
    assertOpen(connection)
    let { client } = shared
    let hasAnswered = false
    const silenceMs = (): number => (hasAnswered ? timeoutMs : timeLeft(progress.deadline))
    try {
      client = await seen.client(progress.deadline)
      for await (const items of callPages(call(client, last, progress.upTo), { doing, silenceMs, callMs: timeoutMs })) {
        hasAnswered = true
        shared.answered = true
        seen.addPage(items)
        const records = recordsOf(items)
        if (records.length > 0) {
          last = records.at(-1)
          yield records
          assertOpen(connection)
        }
        progress.take(items)
        if (items.some((item) => isEnd?.(item)) || (last !== undefined && isLast?.(last) === true)) return
      }
      if (isEnd !== undefined) throw new Error('the server ended the read too early')
      return
    } catch (error) {
      if (isRefoldError(error)) throw error
      if (failureOf(error).kind === 'not-found') return
      shared.interrupted(client, { by: error, timeoutMs })
      await pauseOrThrow(connection, error, { doing, progress })
    }
  }
}

/** Before the read is asked for again, where that is of use. */
async function pauseOrThrow(
  { shared }: Connection,
  error: unknown,
  { doing, progress }: { readonly doing: string; readonly progress: Progress },
): Promise<void> {
  const failure = failureOf(error)
  const waitMs = backoffMs(progress.failures, RETRY, Math.random)
  if (isHopeless(shared, failure) || timeLeft(progress.deadline) < waitMs)
    throw failureError(failure, { doing, cause: error })
  await pause(waitMs)
}

/** `Store.read`. */
export function readStream(
  connection: Connection,
  stream: string,
  { from, direction, limit = Infinity, deadline }: ReadOptions & Pick<Reading, 'deadline'>,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  const backwards = direction === 'backwards'
  const name = connection.options.prefix + stream
  const records = readRecords(connection, {
    deadline,
    doing: `reading ${stream}`,
    isLast: ({ revision }) => backwards && revision === 0n,
    call: (client, last) => {
      const next = last === undefined ? from : backwards ? last.revision - 1n : last.revision + 1n
      return client.readStream(name, {
        backwards,
        ...(next !== undefined && { from: next }),
        ...(limit !== Infinity && { limit }),
      })
    },
  })
  return toPages(connection, records, { limit })
}

/** Everything stored now, of users: a subscription until it has caught up, so that the server filters. */
export function readLog(
  connection: Connection,
  { after }: { readonly after?: bigint },
): AsyncGenerator<readonly WireRecord[], void, undefined> {
  const { prefix } = connection.options
  return readRecords(connection, {
    doing: 'reading everything',
    call: (client, _, upTo) => {
      const from = upTo ?? after
      return client.followAll({ filter: { prefix }, ...(from !== undefined && { after: from }) })
    },
    isEnd: (item) => item.kind === 'caught-up',
  })
}

/** `Store.readAll`. */
export function readEverything(
  connection: Connection,
  { after, direction, limit = Infinity }: ReadAllOptions,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  const place = after === undefined ? {} : { after }
  const records =
    direction === 'backwards' ? readBackwards(connection, { ...place, limit }) : readLog(connection, place)
  return toPages(connection, records, { limit })
}

/** More and more at a time: who wants the last one is not sent all that a connection holds, as what is read ahead. */
async function* readBackwards(
  connection: Connection,
  { after, limit }: { readonly after?: bigint; readonly limit: number },
): AsyncGenerator<readonly WireRecord[], void, undefined> {
  let place = after
  for (let count = limit + OTHERS_BEHIND; ; count *= 8) {
    const before = place
    const call = (client: WireClient, last: WireRecord | undefined): WireCall => {
      const from = last?.position ?? before
      const most = Number.isFinite(count) ? { limit: count } : {}
      return client.readAll({ backwards: true, ...most, ...(from !== undefined && { from }) })
    }
    for await (const page of readRecords(connection, { doing: 'reading everything backwards', call })) {
      place = page.at(-1)?.position ?? place
      yield page
    }
    if (place === before || count === Infinity) return
  }
}

/** The position of the last event of all; −1 for an empty log. */
export async function endOfLog(connection: Connection, deadline?: number): Promise<bigint> {
  const records = readRecords(connection, {
    deadline,
    doing: 'reading the end of the log',
    call: (client) => client.readAll({ backwards: true, limit: 1 }),
  })
  for await (const page of records) return page[0]?.position ?? -1n
  return -1n
}

/** Whether a stream of the server holds events of users, and is not one of another application. */
export function isUserStream(stream: string, { prefix }: { readonly prefix: string }): boolean {
  return prefix === '' ? !stream.startsWith('$') && !stream.startsWith('~') : stream.startsWith(prefix)
}

async function* toPages(
  connection: Connection,
  records: AsyncGenerator<readonly WireRecord[], void, undefined>,
  { limit }: { readonly limit: number },
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  assertOpen(connection)
  if (limit <= 0) return
  const { options } = connection
  let left = limit
  for await (const page of records) {
    const events: StoredEvent[] = []
    for (const record of page)
      if (events.length < left && isUserStream(record.stream, options)) events.push(toStoredEvent(record, options))
    left -= events.length
    if (events.length > 0) yield events
    if (left <= 0) return
  }
}

/** Mostly all of them: then nothing is copied. */
function recordsOf(items: readonly WireItem[]): readonly WireRecord[] {
  const isRecord = (item: WireItem): item is WireRecord => item.kind === 'event'
  return items.every(isRecord) ? items : items.filter(isRecord)
}
