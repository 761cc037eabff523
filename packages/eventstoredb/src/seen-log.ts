/**
 * What this store has seen of the log, and whether the node that answers holds it. A leader that stood still, and was replaced
 * meanwhile, answers for a second or two as if it led; a server that was emptied or put back does so for ever.
 *
 * Invariants: after an interruption nothing is asked of a node before the end of its log was looked at; one that is behind is
 * asked nothing, and another is looked for; a log that stays behind is another log.
 */
import { RefoldError } from '@refold/core/store'
import { callPages } from './client/call-pages.js'
import { failureOf } from './client/db-client.js'
import { BehindNode, NoAnswer, NotAsked } from './client/failure.js'
import type { SharedConnection } from './client/shared-connection.js'
import { orLate, timeLeft } from './client/silence.js'
import type { WireClient, WireItem, WireRecord } from './client/wire.js'
import { pause } from './pause.js'

/** A replaced leader hears of it much sooner, at every setting that a cluster works with. Looks that are further apart say nothing of the time between. */
const BEHIND_FOR_MS = 10_000
const LOOK_AGAIN_MS = 200
const DOING = 'reading the end of the log'

export interface SeenLogOptions {
  readonly timeoutMs: number
  /** The log is not the one any more that was seen. */
  readonly onReplaced: (error: RefoldError) => void
}

export class SeenLog {
  readonly #shared: SharedConnection
  readonly #options: SeenLogOptions
  #upTo = -1n
  /** Interruptions of which it is known that the node behind them is not behind. */
  #checked: number
  #checking: Promise<void> | undefined
  #behindSince: number | undefined
  /** When a look was answered last. */
  #lookedAt = -Infinity
  #replaced: RefoldError | undefined

  constructor(shared: SharedConnection, options: SeenLogOptions) {
    this.#shared = shared
    this.#options = options
    this.#checked = shared.interruptions
  }

  /** Set when the log is not the one any more: nothing is asked of it then. */
  get replaced(): RefoldError | undefined {
    return this.#replaced
  }

  /** The last event that was seen; −1: none. */
  get upTo(): bigint {
    return this.#upTo
  }

  /** An event stands there. */
  add(position: bigint): void {
    if (position > this.#upTo) this.#upTo = position
  }

  /** Of a page in either direction. A checkpoint may name a place behind the last event: a server that starts writes what is none. */
  addPage(items: readonly WireItem[]): void {
    for (const item of [items.find(isEvent), items.findLast(isEvent)]) if (item !== undefined) this.add(item.position)
  }

  /**
   * A client of a node that holds what was seen. Rejects with `BehindNode`, `NotAsked` (also when it is not known by `deadline`, of
   * the monotonic clock), and `STORE_FATAL` for another log.
   */
  client(deadline = Infinity): WireClient | Promise<WireClient> {
    if (this.#isChecked) return this.#shared.client
    const checked = this.#checkedClient()
    if (deadline === Infinity) return checked
    const leftMs = timeLeft(deadline) // a look that others began, and that began again, may take longer
    return orLate(checked, leftMs, () => new NotAsked(new NoAnswer(DOING, this.#options.timeoutMs)))
  }

  get #isChecked(): boolean {
    return this.#upTo < 0n || this.#checked === this.#shared.interruptions
  }

  async #checkedClient(): Promise<WireClient> {
    while (!this.#isChecked) {
      if (this.#replaced !== undefined) throw this.#replaced
      this.#checking ??= this.#check().finally(() => (this.#checking = undefined))
      await this.#checking
    }
    return this.#shared.client
  }

  async #check(): Promise<void> {
    const { interruptions, client } = this.#shared
    if (performance.now() - this.#lookedAt > BEHIND_FOR_MS) this.#behindSince = undefined
    const end = await this.#endOfLog(client)
    this.#lookedAt = performance.now()
    if (end === undefined || end >= this.#upTo) {
      this.#behindSince = undefined
      this.#checked = interruptions
      return
    }
    this.#shared.replace(client, { afterMs: 0 })
    this.#behindSince ??= this.#lookedAt
    if (this.#lookedAt - this.#behindSince > BEHIND_FOR_MS) throw this.#isAnother(end)
    await pause(LOOK_AGAIN_MS)
    throw new BehindNode()
  }

  /** `undefined`: this user may not read it. */
  async #endOfLog(client: WireClient): Promise<bigint | undefined> {
    const { timeoutMs } = this.#options
    try {
      const call = client.readAll({ backwards: true, limit: 1 })
      for await (const [last] of callPages(call, { doing: DOING, silenceMs: () => timeoutMs }))
        if (last?.kind === 'event') return last.position
      return -1n
    } catch (error) {
      if (failureOf(error).kind === 'denied') return undefined
      if (error instanceof NoAnswer) this.#shared.replace(client, { afterMs: timeoutMs })
      throw new NotAsked(error)
    }
  }

  /** To go on from what is seen would act on what is nowhere recorded. */
  #isAnother(end: bigint): RefoldError {
    const message = 'the log of the server is shorter than what this process has read of it'
    this.#replaced ??= new RefoldError('STORE_FATAL', message, {
      hint: 'The server was emptied, or restored from a backup. Start this process again: it then reads what there is.',
      facts: { readUpTo: String(this.#upTo), end: String(end) },
    })
    this.#options.onReplaced(this.#replaced)
    return this.#replaced
  }
}

function isEvent(item: WireItem): item is WireRecord {
  return item.kind === 'event'
}
