/**
 * How far a group has come, and its checkpoint.
 *
 * Invariant: a checkpoint stands before the first message that is not done, so that none is lost when the server stops; what
 * is beyond it is delivered again.
 */
import type { EventLog } from '../log/event-log.js'
import { readStream } from '../log/read-stream.js'
import { appendJson, groupKey, keepNewest, type GroupConfig } from './group-config.js'
import type { Order } from './message.js'
import type { Source } from './source.js'

const CHECKPOINT_TYPE = '$SubscriptionCheckpoint'
const CHECKPOINT_METADATA =
  '{"$maxCount":2,"$acl":{"$r":"$admins","$w":"$admins","$d":"$admins","$mr":"$all","$mw":"$admins"}}'

export function checkpointStream(config: GroupConfig): string {
  return `$persistentsubscription-${groupKey(config)}-checkpoint`
}

export interface ProgressOptions {
  readonly config: GroupConfig
  readonly source: Source
  readonly onError: (error: unknown) => void
}

export class Progress {
  readonly #log: EventLog
  readonly #options: ProgressOptions
  #last: { readonly sequence: number; readonly place: number | undefined } = { sequence: -1, place: undefined }
  #stored: { readonly sequence: number; readonly place: number | undefined } = { sequence: -1, place: undefined }
  #storedAt = -Infinity
  #storing: Promise<void> | undefined

  constructor(log: EventLog, options: ProgressOptions) {
    this.#log = log
    this.#options = options
  }

  /** The place of the last checkpoint. */
  get checkpoint(): number | undefined {
    return this.#stored.place
  }

  /** The place of the stored checkpoint, from which to go on. */
  async load(): Promise<number | undefined> {
    const { config, source } = this.#options
    const stream = checkpointStream(config)
    const { last } = await this.#log.states.get(stream)
    for await (const [event] of readStream(this.#log, stream, { from: last, direction: 'backwards', limit: 1 })) {
      const place = source.parse(
        Buffer.from(event?.data ?? '')
          .toString('utf8')
          .replaceAll('"', ''),
      )
      if (place === undefined) continue
      this.#last = { sequence: 0, place }
      this.#stored = this.#last
      return place
    }
    return undefined
  }

  /** The next event of the source, wanted or not. */
  consider(place: number): Order {
    const order = { sequence: this.#last.sequence + 1, place, previous: this.#last.place }
    this.#last = { sequence: order.sequence, place }
    return order
  }

  /** Writes a checkpoint if one is due: by number, and from time to time. `lowest`: the first that is not done. */
  mark(lowest: () => Order | undefined, { isTick }: { readonly isTick: boolean }): void {
    const { minCheckPointCount, maxCheckPointCount, checkPointAfter } = this.#options.config
    const isTimeUp = checkPointAfter > 0 && this.#log.now() - this.#storedAt >= checkPointAfter
    const least = Math.max(
      1,
      isTick && isTimeUp ? Math.min(minCheckPointCount, maxCheckPointCount) : maxCheckPointCount,
    )
    if (this.#storing !== undefined || this.#last.sequence - this.#stored.sequence < least) return
    const waiting = lowest()
    const done = waiting === undefined ? this.#last : { sequence: waiting.sequence - 1, place: waiting.previous }
    if (done.place === undefined || done.sequence - this.#stored.sequence < least) return
    this.#storing = this.#store({ sequence: done.sequence, place: done.place }).finally(() => {
      this.#storing = undefined
    })
  }

  /** Resolves when nothing is being written. Never rejects. */
  async idle(): Promise<void> {
    await this.#storing
  }

  async #store(done: { readonly sequence: number; readonly place: number }): Promise<void> {
    const { config, source, onError } = this.#options
    const stream = checkpointStream(config)
    try {
      await keepNewest(this.#log, stream, { metadata: CHECKPOINT_METADATA })
      const text = JSON.stringify(source.textOf(done.place))
      await appendJson(this.#log, stream, { type: CHECKPOINT_TYPE, text })
      this.#stored = done
      this.#storedAt = this.#log.now()
    } catch (error) {
      onError(error)
    }
  }
}
