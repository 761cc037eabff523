/**
 * How far a consumer has come: everything up to its mark is dealt with. The mark is stored now and then, in place.
 *
 * Invariants: the mark never passes a record that is not dealt with; no more than `MOST_AHEAD` records were taken since the
 * mark that is stored, so that no more are given again after a crash; each owner writes under its own epoch, so that one of an
 * earlier epoch changes nothing.
 */
import { cursorOf } from '../../history/log-cursor.js'
import type { StoreServices } from '../../log/agent-log.js'
import type { Cursor } from '../../public/follow.js'
import type { Position } from '../../record/revision.js'
import type { StoredEvent } from '../../store/port.js'
import type { CancelTimer, World } from '../../world/world.js'
import type { Teller } from '../events/event-hub.js'
import type { Ahead } from './consumer-state.js'

/** Records that may be given again after a crash. */
export const MOST_AHEAD = 256
const SAVE_AFTER_RECORDS = 100
const SAVE_AFTER_MS = 1_000

export interface ProgressOptions {
  readonly consumer: string
  readonly epoch: number
  readonly registers: StoreServices['registers']
  readonly world: Pick<World, 'clock'>
  readonly events: Teller
  /** What was dealt with behind the place where it begins. */
  readonly ahead: Ahead
  /** Told when the mark has moved. */
  readonly onAdvance: () => void
}

/** A record on its way. */
export interface Taken {
  readonly event: StoredEvent
  isSettled: boolean
  /** The last event that was passed over behind it, else its own. */
  last: StoredEvent
}

/** Where an owner keeps its mark. */
export function checkpointRegister(consumer: string, epoch: number): string {
  return `consumer-${consumer}-${epoch}`
}

export class Progress {
  readonly #options: ProgressOptions
  readonly #way: Taken[] = []
  /** What earlier owners have dealt with, and was not met yet. */
  readonly #before: Map<string, number>
  #mark: StoredEvent | undefined
  #saved: StoredEvent | undefined
  /** Records since the stored mark. */
  #count = 0
  /** Of them, those up to the mark. */
  #done = 0
  #wake: (() => void) | undefined
  #cancel: CancelTimer | undefined
  #saving: Promise<void> | undefined
  #isClosed = false

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#before = new Map(Object.entries(options.ahead))
  }

  /** `undefined`: it stands where it began. */
  get mark(): Cursor | undefined {
    return this.#mark === undefined ? undefined : cursorOf(this.#mark)
  }
  get position(): Position | undefined {
    return this.#mark?.position
  }
  get hasWork(): boolean {
    return this.#way.length > 0
  }

  take(event: StoredEvent): Taken {
    const taken: Taken = { event, isSettled: false, last: event }
    this.#way.push(taken)
    this.#count++
    return taken
  }

  /** Whether an earlier owner has dealt with it. Asked of each record in the order of the log. */
  isBehind({ stream, revision }: StoredEvent): boolean {
    const last = this.#before.get(stream)
    if (last !== undefined && revision >= last) this.#before.delete(stream)
    return last !== undefined && revision <= last
  }

  /** What is dealt with behind the mark. */
  get ahead(): Ahead {
    const ahead = new Map<string, number>()
    for (const { event, isSettled } of this.#way) if (isSettled) ahead.set(event.stream, Number(event.revision))
    for (const [stream, last] of this.#before) ahead.set(stream, last) // it has not come so far yet
    return Object.fromEntries(ahead)
  }

  /** No record of the consumer. */
  pass(event: StoredEvent): void {
    const before = this.#way.at(-1)
    if (before === undefined) this.#moveTo(event)
    else before.last = event
  }

  settle(taken: Taken): void {
    taken.isSettled = true
    let count = 0
    while (this.#way[count]?.isSettled === true) count++
    if (count === 0) return
    const settled = this.#way.splice(0, count)
    this.#done += count
    this.#moveTo((settled.at(-1) ?? taken).last)
  }

  /** Resolves when one more record may be taken, or the signal aborts. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#count >= MOST_AHEAD && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#wake = wake
        signal.addEventListener('abort', wake)
      })
    }
  }

  /** Stores where it stands, unless the store is out of reach. */
  async flush(): Promise<void> {
    await this.#saving
    if (this.#isClosed || this.#mark === this.#saved) return
    this.#saveNow()
    await this.#saving
  }

  /** Stores where it stands. Nothing is stored afterwards. */
  async close({ saves }: { readonly saves: boolean }): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#saving
    if (saves && this.#mark !== this.#saved) await this.#save()
  }

  #moveTo(event: StoredEvent): void {
    this.#mark = event
    this.#options.onAdvance()
    if (this.#isClosed || this.#saving !== undefined) return
    if (this.#done >= SAVE_AFTER_RECORDS || this.#count >= MOST_AHEAD) this.#saveNow()
    else this.#saveLater()
  }

  #saveLater(): void {
    this.#cancel ??= this.#options.world.clock.setTimer(() => this.#saveNow(), SAVE_AFTER_MS)
  }

  #saveNow(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#saving !== undefined) return
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined
      if (this.#mark !== this.#saved && !this.#isClosed) this.#saveLater()
    })
  }

  /** Never rejects: one that fails is made up for by the next. */
  async #save(): Promise<void> {
    const { consumer, epoch, registers, events } = this.#options
    const [mark, done] = [this.#mark, this.#done]
    if (mark === undefined) return
    try {
      await registers.put(checkpointRegister(consumer, epoch), { cursor: cursorOf(mark), ahead: this.ahead })
    } catch (error) {
      events.notice('warn', `the place of consumer ${consumer} could not be stored`, { error })
      return
    }
    this.#saved = mark
    this.#count -= done
    this.#done -= done
    this.#wake?.()
  }
}
