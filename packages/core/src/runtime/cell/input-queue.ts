/**
 * The inputs of one agent that wait to be decided by this cell, and those that are under way.
 *
 * Invariants: inputs of callers and those of the agent's own (its effects, its timers) stand in two lines, each in the order of
 * their coming, and are decided in that order while all of them fit into one append; when more wait, each line gets half of the
 * appends, so that a flood in the one holds up no one in the other.
 */
import { isOwnInput } from '../../decide/inputs.js'
import type { Envelope } from '../../decide/inputs.js'
import { RefoldError } from '../../errors.js'
import type { EffectId } from '../../record/state-document.js'
import { refuseCallers, tellCallers } from './submission.js'
import type { Submission, Waiter } from './submission.js'

/** Inputs of callers that may wait, events of one effect, and what actions sent to actors. */
export const MAX_QUEUE = 10_000
/** Inputs that are decided for one append. */
const MAX_BATCH = 64
const NO_ONE: Waiter = {}

interface Queued extends Submission {
  /** Order of coming, over both lines. */
  readonly place: number
}

export class InputQueue {
  readonly #stream: string
  #callers: Queued[] = []
  #own: Queued[] = []
  /** Put back: next before all others. */
  #again: Submission[] = []
  /** Waiting events of each effect that sends some, and of actions. */
  readonly #events = new Map<EffectId, number>()
  #places = 0
  /** Taken out, and not told yet. */
  #inHand: readonly Submission[] = []
  /** So many of the next are to be appended one by one. */
  #alone = 0
  /** Callers' inputs are next, by themselves and before what was put back. */
  #callersFirst = false

  constructor(stream: string) {
    this.#stream = stream
  }

  get length(): number {
    return this.#callers.length + this.#own.length + this.#again.length
  }
  get isEmpty(): boolean {
    return this.length === 0
  }

  /** Whether the input may wait; a caller's, and an effect's event, may not when too many of them do, and it is told. */
  add(envelope: Envelope, told: Waiter = NO_ONE): boolean {
    const refusal = this.#refusal(envelope)
    if (refusal !== undefined) {
      told.reject?.(refusal)
      return false
    }
    const line = isOwnInput(envelope.input) ? this.#own : this.#callers
    line.push({ envelope, told, conflicts: 0, place: this.#places++ })
    this.#count(envelope, 1)
    return true
  }

  /** The next inputs, for one append. */
  take(): readonly Submission[] {
    const isCallersTurn = this.#callersFirst && this.#callers.length > 0
    this.#callersFirst = false
    if (isCallersTurn) return (this.#inHand = this.#callers.splice(0, MAX_BATCH))
    const isAlone = this.#alone > 0
    if (isAlone) this.#alone--
    this.#inHand = this.#again.length > 0 ? this.#again.splice(0, isAlone ? 1 : MAX_BATCH) : this.#fromLines()
    return this.#inHand
  }

  /** They are next again, in this order. */
  putBack(submissions: readonly Submission[]): void {
    this.#again.unshift(...submissions)
  }

  /** They are tried again, and keep no caller waiting: what callers ask is tried by itself before. */
  putBackBehindCallers(submissions: readonly Submission[]): void {
    this.putBack(submissions)
    this.#callersFirst = submissions.length > 0
  }

  /** They are next again, each in an append of its own. */
  putBackOneByOne(submissions: readonly Submission[]): void {
    this.#alone = submissions.length
    this.putBack(submissions)
  }

  /** What was taken has been told. */
  settled(): void {
    this.#inHand = []
  }

  /** What was taken is next again. */
  undo(): void {
    this.putBack(this.#inHand)
    this.#inHand = []
  }

  /** Callers' inputs are taken no more, and they hear why; the runtime's own stay. */
  rejectCallers(error: RefoldError): void {
    const isOwn = ({ envelope }: Submission): boolean => isOwnInput(envelope.input)
    const callers = [...this.#again.filter((one) => !isOwn(one)), ...this.#callers.splice(0)]
    this.#again = this.#again.filter(isOwn)
    tellCallers(callers, error)
  }

  /** The same, also of those in hand, of which nothing is stored. */
  refuseCallers(error: RefoldError): void {
    refuseCallers(this.#inHand, error)
    this.rejectCallers(error)
  }

  /** None of them is taken: each hears why. */
  reject(error: RefoldError): void {
    const waiting = [...this.#again.splice(0), ...this.#callers.splice(0), ...this.#own.splice(0)]
    this.#events.clear()
    for (const { told } of waiting) told.reject?.(error)
  }

  /** Half of the append for each line, and what one leaves for the other. */
  #fromLines(): readonly Submission[] {
    const ofCallers = Math.max(MAX_BATCH / 2, MAX_BATCH - this.#own.length)
    const callers = this.#callers.splice(0, ofCallers)
    const own = this.#own.splice(0, MAX_BATCH - callers.length)
    for (const { envelope } of own) this.#count(envelope, -1)
    if (own.length === 0) return callers
    return callers.length === 0 ? own : [...callers, ...own].toSorted((one, other) => one.place - other.place)
  }

  #refusal({ input }: Envelope): RefoldError | undefined {
    const sender = senderOf(input)
    if (sender !== undefined) {
      const waiting = this.#events.get(sender) ?? 0
      if (waiting < MAX_QUEUE) return undefined
      const who =
        input.kind === 'actor.event' ? `actions of ${this.#stream} send` : `effect ${sender} of ${this.#stream} sends`
      const message = `${who} faster than the store takes: ${waiting} events wait`
      return new RefoldError('QUEUE_FULL', message, { hint: 'Send less often, or only what changed.' })
    }
    if (isOwnInput(input) || this.#callers.length < MAX_QUEUE) return undefined
    const message = `${this.#callers.length} inputs of callers wait for agent ${this.#stream}`
    return new RefoldError('QUEUE_FULL', message, { hint: 'Slow down, or await each send.' })
  }

  #count({ input }: Envelope, change: 1 | -1): void {
    const sender = senderOf(input)
    if (sender === undefined) return
    const count = (this.#events.get(sender) ?? 0) + change
    if (count > 0) this.#events.set(sender, count)
    else this.#events.delete(sender)
  }
}

/** Whose flood is bounded by itself: an effect, or `actions`, which is no id of one. */
function senderOf(input: Envelope['input']): EffectId | undefined {
  if (input.kind === 'actor.event') return 'actions'
  return input.kind === 'effect.event' || input.kind === 'effect.next' ? input.effect : undefined
}
