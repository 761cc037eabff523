/**
 * A store that answers in time, whatever the one below it does: a question without an answer ends with an error, so that no
 * caller, no close and no look at what others did hangs on it for ever.
 *
 * Invariants: an append without an answer may be stored (`STORE_UNKNOWN`); whatever else is asked may be asked again
 * (`TIMEOUT`); a store that let a question go without an answer has less time for the next ones, until it answers again; what an answer
 * that comes too late says is not used.
 */
import { RefoldError } from '../errors.js'
import type { ReplayTarget } from '../record/replay.js'
import type { ExternalAppend, Presence, Store } from '../store/port.js'
import type { Projections } from '../store/projection-port.js'
import { untilAborted } from '../world/until-aborted.js'
import type { CancelTimer, Clock } from '../world/world.js'

/** Longer than a store of Refold waits for anything by itself: sqlite for a locked file up to 90 s, if no one says otherwise. */
const ANSWER_WITHIN_MS = 120_000
/** Of a store that does not answer. */
const NEXT_ANSWER_WITHIN_MS = 15_000
/** When the process is to end. */
const LAST_ANSWER_WITHIN_MS = 2_000

export interface AnsweringStore extends Store {
  /** After that time it is waited for hardly any more, whatever it was or will be asked: this process is to end. Until its `close`. */
  readonly hurryIn: (delayMs: number) => void
}

/** The same store. A rebuild of its directory may take as long as it likes, and so may a look at what it stands on, and who reads what it subscribed to. */
export function answeringInTime(source: Store, clock: Clock): AnsweringStore {
  const questions = new Questions(clock)
  const { capabilities, registers, directory, presence, projections } = source
  return {
    capabilities,
    append: (stream, events, options) => questions.append(stream, source.append(stream, events, options)),
    read: (stream, options) => questions.pages(`a read of ${stream}`, source.read(stream, options)),
    readAll: (options) => questions.pages('a read of the log', source.readAll(options)),
    ...(source.replay === undefined ? undefined : { replay: replayOf(source, questions) }),
    ...(source.scan === undefined ? undefined : { scan: scanOf(source.scan.bind(source), questions) }),
    subscribe: (target, options) => source.subscribe(target, options),
    externalAppends: (options = {}) => heardUntilAborted(source.externalAppends(options), options),
    registers: {
      put: (name, value) => questions.answer(`a write of ${name}`, registers.put(name, value)),
      get: (name) => questions.answer(`a read of ${name}`, registers.get(name)),
      remove: (name) => questions.answer(`the removal of ${name}`, registers.remove(name)),
    },
    directory: {
      find: (query) => questions.pages('a look at the directory', directory.find(query)),
      get: (stream) => questions.answer(`a look for ${stream}`, directory.get(stream)),
      rebuild: () => directory.rebuild(),
    },
    ...(projections === undefined ? undefined : { projections: projectionsOf(projections, questions) }),
    ...(presence === undefined ? undefined : { presence: presenceOf(presence, questions) }),
    // it may look through a whole file
    ...(source.examine === undefined ? undefined : { examine: source.examine.bind(source) }),
    close: () => questions.answer('its close', source.close()).finally(() => questions.end()),
    hurryIn: (delayMs) => questions.hurryIn(delayMs),
  }
}

function scanOf(scan: NonNullable<Store['scan']>, questions: Questions): NonNullable<Store['scan']> {
  return (options) => questions.pages('a read of the log', scan(options))
}

/** A question of a person in the store's own language may take as long as it likes. */
function projectionsOf(projections: Projections, questions: Questions): Projections {
  return {
    builds: (projection) => questions.answer('a look at projections', projections.builds(projection)),
    commit: (changes) => questions.answer('a write of documents', projections.commit(changes)),
    get: (build, keys) => questions.answer('a read of documents', projections.get(build, keys)),
    entries: (build, options) => questions.pages('a read of documents', projections.entries(build, options)),
    remove: (build) => questions.answer('the removal of documents', projections.remove(build)),
    ...(projections.query === undefined ? undefined : { query: projections.query.bind(projections) }),
  }
}

function presenceOf(presence: Presence, questions: Questions): Presence {
  return {
    announce: async (worker) => {
      const leave = await questions.answer(`the lock of ${worker}`, presence.announce(worker))
      return () => questions.answer(`giving back the lock of ${worker}`, leave())
    },
    provenDead: (worker) => questions.answer(`a look at the lock of ${worker}`, presence.provenDead(worker)),
  }
}

/** A long stream may take long: its time begins again with each record. */
function replayOf(source: Store, questions: Questions): NonNullable<Store['replay']> {
  return (stream, options, target) => {
    let records = 0
    const counting: ReplayTarget = {
      event: (event) => (records++, target.event(event)),
      begin: (record) => (records++, target.begin(record)),
      operation: target.operation.bind(target),
      end: () => target.end(),
    }
    const done = Promise.resolve(source.replay?.(stream, options, counting))
    return questions.answer(`a read of ${stream}`, done, () => records)
  }
}

/** One that the store has not answered yet. A class, as every append makes one. */
class Question {
  readonly late: (withinMs: number) => RefoldError
  readonly progress: (() => number) | undefined
  withinMs: number
  readonly reject: Asking['reject']
  due: number
  seen: number | undefined

  constructor({ late, progress }: Asked, { withinMs, now, reject }: Asking) {
    this.late = late
    this.progress = progress
    this.withinMs = withinMs
    this.reject = reject
    this.due = now + withinMs
    this.seen = progress?.()
  }

  /** Whether its time is over. It begins again with what came meanwhile. */
  isLate(now: number): boolean {
    if (this.due > now) return false
    const seen = this.progress?.()
    if (seen === this.seen) return true
    this.seen = seen
    this.due = now + this.withinMs
    return false
  }

  /** It has no more than that from now on. */
  hurry(withinMs: number, now: number): void {
    this.withinMs = withinMs
    this.due = Math.min(this.due, now + withinMs)
  }
}

interface Asking {
  readonly withinMs: number
  readonly now: number
  readonly reject: (error: RefoldError) => void
}

interface Asked {
  readonly late: (withinMs: number) => RefoldError
  /** A number that grows while the answer comes. */
  readonly progress?: (() => number) | undefined
}

interface DueTimer {
  readonly at: number
  readonly cancel: CancelTimer
}
const NO_TIMER: DueTimer = { at: Number.POSITIVE_INFINITY, cancel: () => {} }

/** One timer for all of them: it is set as long as there is one. */
class Questions {
  readonly #clock: Clock
  readonly #open = new Set<Question>()
  #timer: DueTimer = NO_TIMER
  /** The last question that ended had no answer. */
  #isMute = false
  #isHurried = false
  #hurriedAt = Number.POSITIVE_INFINITY
  #cancelHurry: CancelTimer = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  append<T>(stream: string, asked: Promise<T>): Promise<T> {
    return this.#within(asked, { late: (ms) => noAnswer('STORE_UNKNOWN', `an append to ${stream}`, ms) })
  }

  /** `progress`: a number that grows while the answer comes. */
  answer<T>(what: string, asked: Promise<T>, progress?: () => number): Promise<T> {
    return this.#within(asked, { late: (ms) => noAnswer('TIMEOUT', what, ms), progress })
  }

  /** Each page in its time. */
  async *pages<P>(what: string, source: AsyncIterable<P>): AsyncGenerator<P, void, undefined> {
    const pages = source[Symbol.asyncIterator]()
    let isLeft = true // until it ended by itself
    try {
      for (;;) {
        isLeft = false
        const page = await this.answer(what, pages.next())
        if (page.done === true) return
        isLeft = true
        yield page.value
      }
    } finally {
      if (isLeft && pages.return !== undefined) await this.answer(what, pages.return())
    }
  }

  /** Asked again it counts if that is earlier. */
  hurryIn(delayMs: number): void {
    const at = this.#clock.monotonicNow() + delayMs
    if (at >= this.#hurriedAt) return
    this.#cancelHurry()
    this.#hurriedAt = at
    this.#cancelHurry = this.#clock.setTimer(() => this.#hurry(), delayMs)
  }

  end(): void {
    this.#cancelHurry()
  }

  #hurry(): void {
    this.#isHurried = true
    const now = this.#clock.monotonicNow()
    for (const question of this.#open) question.hurry(LAST_ANSWER_WITHIN_MS, now)
    if (this.#open.size > 0) this.#setTimer(now + LAST_ANSWER_WITHIN_MS, LAST_ANSWER_WITHIN_MS)
  }

  get #withinMs(): number {
    if (this.#isHurried) return LAST_ANSWER_WITHIN_MS
    return this.#isMute ? NEXT_ANSWER_WITHIN_MS : ANSWER_WITHIN_MS
  }

  #within<T>(answer: Promise<T>, asked: Asked): Promise<T> {
    return new Promise((resolve, reject) => {
      const withinMs = this.#withinMs
      const question = new Question(asked, { withinMs, now: this.#clock.monotonicNow(), reject })
      this.#open.add(question)
      if (question.due < this.#timer.at) this.#setTimer(question.due, withinMs)
      answer.then(
        (value) => (this.#answered(question), resolve(value)),
        (error: unknown) => (this.#answered(question), reject(error)),
      )
    })
  }

  #answered(question: Question): void {
    this.#isMute = false
    this.#open.delete(question)
    if (this.#open.size > 0) return
    this.#timer.cancel()
    this.#timer = NO_TIMER
  }

  #setTimer(at: number, delayMs: number): void {
    this.#timer.cancel()
    this.#timer = { at, cancel: this.#clock.setTimer(() => this.#look(), Math.max(delayMs, 0)) }
  }

  #look(): void {
    const now = this.#clock.monotonicNow()
    this.#timer = NO_TIMER
    let next: number | undefined
    for (const question of this.#open) {
      if (!question.isLate(now)) {
        next = Math.min(next ?? question.due, question.due)
        continue
      }
      this.#open.delete(question)
      this.#isMute = true
      question.reject(question.late(question.withinMs))
    }
    if (next !== undefined) this.#setTimer(next, next - now)
  }
}

function noAnswer(code: 'STORE_UNKNOWN' | 'TIMEOUT', what: string, withinMs: number): RefoldError {
  return new RefoldError(code, `the store did not answer within ${withinMs / 1000} s: ${what}`, {
    hint: 'It does not come back with an error either: look at the store, and at what stands between it and this process.',
  })
}

/** Ends when the signal aborts, also where the source does not. */
async function* heardUntilAborted(
  source: AsyncIterable<readonly ExternalAppend[]>,
  { signal }: { readonly signal?: AbortSignal },
): AsyncGenerator<readonly ExternalAppend[], void, undefined> {
  const items = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      if (signal?.aborted === true) return
      const item = await untilAborted(items.next(), signal)
      if (item === undefined || item.done === true) return
      yield item.value
    }
  } finally {
    void items.return?.().catch(() => undefined)
  }
}
