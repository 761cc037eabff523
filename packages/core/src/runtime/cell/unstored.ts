/** What becomes of a batch that the store did not take. */
import { RefoldError } from '../../errors.js'
import { lengthOf } from '../../record/revision.js'
import type { Expected } from '../../record/revision.js'
import { anotherHistory } from '../../store/decided-on.js'
import { backoffMs, isPowerOfTwo } from '../../world/backoff.js'
import { pause } from '../../world/pause.js'
import type { World } from '../../world/world.js'
import type { Teller } from '../events/event-hub.js'
import { reported } from '../events/operator-reports.js'
import type { CellContext } from './cell-context.js'
import { ANSWER_WITHIN_MS } from './commit.js'
import type { InputQueue } from './input-queue.js'
import type { Quiescence } from './quiescence.js'
import type { Replica } from './replica.js'
import { tellCallers, toDecideAgain, toTryAgain } from './submission.js'
import type { Batch, Submission } from './submission.js'
import type { WaitingCallers } from './waiting-callers.js'
import { inPlaceOfTooLarge } from './too-large.js'

const AFTER_REJECTION = { delayMs: 100, factor: 2, maxDelayMs: 2_000, jitter: false }

export interface UnstoredOptions<Cell> {
  readonly cell: Cell
  readonly stream: string
  readonly home: CellContext<Cell>
  readonly queue: InputQueue
  readonly callers: WaitingCallers
  readonly replica: Replica
  readonly quiescence: Quiescence
  /** Folds what others appended. Whether there was anything. */
  readonly fold: () => Promise<boolean>
}

/** How often it was asked, and since when, by the monotonic clock. */
interface UnknownAnswer {
  readonly error: RefoldError
  readonly tries: number
  readonly begun: number
}

export class Unstored<Cell> {
  readonly #options: UnstoredOptions<Cell>
  readonly #early: EarlyConflicts
  /** In a row. */
  #rejections = 0
  /** Since when the stream cannot be read, by the monotonic clock. */
  #unreadSince = 0

  constructor(options: UnstoredOptions<Cell>) {
    this.#options = options
    this.#early = new EarlyConflicts(options.stream, options.home)
  }

  /** The store has taken one. */
  over(): void {
    this.#rejections = 0
  }

  /** It is still unknown whether the batch is stored. After a while callers need not wait on; the batch is repeated all the same. */
  unknown({ submissions }: Batch, { error, tries, begun }: UnknownAnswer): void {
    const { cell, stream, home, queue, callers, quiescence } = this.#options
    quiescence.troubled = true
    home.events.tell({ kind: 'unknown', stream, error, tries }, cell)
    if (home.world.clock.monotonicNow() - begun < ANSWER_WITHIN_MS) return
    const hint =
      'The append is repeated until the store answers. Send again with the same `id`: it counts once. A command has none: look at the agent first.'
    const message = `no one knows yet whether it is stored in ${stream}: ${error.message}`
    tellCallers(submissions, new RefoldError('STORE_UNKNOWN', message, { cause: error, hint }))
    const refusal = notAnswered(`the store does not answer for ${stream}`, error)
    queue.rejectCallers(refusal)
    callers.tell(refusal)
  }

  /** C2: someone else's record stands where ours would have. A store may say so a moment before that can be read. */
  async conflict(batch: Batch, actual: Expected): Promise<void> {
    const { cell, stream, home, queue, replica, quiescence, fold } = this.#options
    replica.forgetTree()
    home.events.tell({ kind: 'conflict', stream }, cell)
    if (await fold()) this.#early.over()
    else {
      if (this.#early.lasts) quiescence.troubled = true
      await this.#early.pause({ head: replica.head, actual })
    }
    queue.putBack(toDecideAgain(batch, stream))
  }

  /** Surely not stored: callers are told, outcomes and the like are kept for a later try. */
  async rejected(batch: Batch, error: RefoldError): Promise<void> {
    const { cell, stream, home, queue, replica } = this.#options
    replica.forgetTree()
    const kept = toTryAgain(batch, error)
    queue.putBackBehindCallers(kept)
    const times = ++this.#rejections
    home.events.tell({ kind: 'rejected', stream, error, times }, cell)
    if (kept.length > 0) await this.pause(times)
  }

  /** The cell ends. Who waits for what may be stored hears that, whatever ends it. */
  fatal({ submissions }: Batch, { error, reason }: Record<'error' | 'reason', RefoldError>): never {
    tellCallers(submissions, error)
    throw reason
  }

  /** Alone, an input is refused, or its outcome replaced; in company, each is tried alone. */
  tooLarge(batch: Batch, error: RefoldError): void {
    const { queue, replica } = this.#options
    replica.forgetTree()
    const { submissions } = batch
    const [only, ...others] = submissions
    if (only === undefined) return
    if (others.length > 0) return queue.putBackOneByOne(submissions)
    if (hasRecalls(batch)) return queue.putBackOneByOne(withoutRecalls(only, this.#options.home.worker))
    const replacement = inPlaceOfTooLarge(only.envelope, error)
    if (replacement === undefined) only.told.reject?.(error)
    else queue.putBack([{ ...only, envelope: replacement }])
  }

  /** The stream cannot be read for now: it is told once, and tried until it can. After a while callers need not wait on. */
  unread(error: RefoldError, times: number): Promise<void> {
    const { cell, stream, home, queue, callers } = this.#options
    const now = home.world.clock.monotonicNow()
    const message = `${stream} cannot be read for now, and is tried again: ${error.message}`
    if (times === 1) {
      this.#unreadSince = now
      home.events.tell(reported(stream, { code: error.code, message }), cell)
    }
    if (now - this.#unreadSince >= ANSWER_WITHIN_MS) {
      const refusal = notAnswered(`${stream} cannot be read`, error)
      queue.refuseCallers(refusal)
      callers.tell(refusal)
    }
    return this.pause(times)
  }

  /** Until the store may be asked again, after so many rejections in a row. No one waits for this cell meanwhile. */
  pause(times = 1): Promise<void> {
    const { home, quiescence } = this.#options
    quiescence.troubled = true
    return pause(backoffMs(times, AFTER_REJECTION, home.world.random), home.world)
  }
}

/** What callers hear of which nothing is stored. */
function notAnswered(what: string, cause: RefoldError): RefoldError {
  return new RefoldError('STORE_REJECTED', `${what}: ${cause.message}`, {
    cause,
    hint: 'Nothing was stored: ask again.',
  })
}

/** Whether kept events were decided with the inputs. */
function hasRecalls({ recorded, decisions }: Batch): boolean {
  return recorded.some((one) => one.record.type === 'refold.recalled' && !decisions.includes(one))
}

/** The input by itself, then the kept events that its state takes. */
function withoutRecalls(only: Submission, worker: string): readonly Submission[] {
  const recalled: Submission = { envelope: { input: { kind: 'recalled' }, worker }, told: {}, conflicts: 0 }
  return [{ ...only, envelope: { ...only.envelope, recalls: false } }, recalled]
}

const LOOK_AGAIN = { delayMs: 4, factor: 2, maxDelayMs: 2_000, jitter: false }
/** So often it is as usual: 0.25 s in all. */
const USUAL_TIMES = 6

/**
 * Conflicts behind which nothing is to be read. A server compares revisions when it takes an append, and shows events when
 * they are stored: what is in the way comes soon. Where the stream is shorter than what was read of it, it never comes.
 */
class EarlyConflicts {
  readonly #stream: string
  readonly #world: World
  readonly #events: Teller
  #times = 0

  constructor(stream: string, { world, events }: { readonly world: World; readonly events: Teller }) {
    this.#stream = stream
    this.#world = world
    this.#events = events
  }

  /** It goes on for longer than is usual: no one knows whether it will ever end. */
  get lasts(): boolean {
    return this.#times > USUAL_TIMES
  }

  /** What was in the way has been read. */
  over(): void {
    this.#times = 0
  }

  /** Resolves when another look is worth it. Throws `STORE_FATAL` when the store has less than this process has read. */
  async pause({ head, actual }: { readonly head: Expected; readonly actual: Expected }): Promise<void> {
    if (head !== 'no_stream' && lengthOf(actual) < lengthOf(head))
      throw anotherHistory(this.#stream, { revision: head, found: undefined })
    const times = ++this.#times
    if (this.lasts && isPowerOfTwo(times))
      this.#events.notice('warn', `what follows ${this.#stream}@${head} cannot be read yet`, { times })
    await pause(backoffMs(times, LOOK_AGAIN, this.#world.random), this.#world)
  }
}
