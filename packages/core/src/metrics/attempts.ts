/**
 * Attempts of effects as an observer sees them: what metrics count and traces show.
 *
 * Invariants: an attempt is told once, after the record that ends it is durable; of an effect, at most one attempt is open here;
 * what is kept of an agent goes when the agent leaves this process's memory.
 */
import { fromGiven } from '../coded.js'
import { requireOption } from '../check-members.js'
import { checkedOptions, optionRule } from '../option-values.js'
import { addUsage, usageIn } from '../record/usage.js'
import type { Usage } from '../record/usage.js'
import { addressOf } from '../definition/agent-address.js'
import type { JsonValue } from '../json/json-value.js'
import type { AgentRecorded, RuntimeEvent, RuntimeObserver } from '../public/runtime-event.js'
import type { EffectDocument, EffectId, StateDocument } from '../record/state-document.js'
import { systemClock } from '../world/system-clock.js'
import type { Clock } from '../world/world.js'

/**
 * How an attempt ended: `done` and `failed` are the effect's outcome; after `retried` another attempt follows; `doubted`: someone
 * must resolve it; `left`: the chart has left the effect; `stopped`: it is not in this worker's hands any more, and may begin again.
 */
export type AttemptOutcome = 'done' | 'failed' | 'retried' | 'doubted' | 'left' | 'stopped'

/** One call of an effect's body, which has ended. */
export interface EndedAttempt {
  readonly stream: string
  /** Of the agent: `research`. */
  readonly definition: string
  readonly effect: EffectId
  /** `draft`, or `child.charge` in a child machine. */
  readonly src: string
  readonly attempt: number
  readonly outcome: AttemptOutcome
  /** Epoch milliseconds. */
  readonly beganAt: number
  /** From the call of the body until its end was durable. */
  readonly durationMs: number
  /** What a failed attempt threw, as it is stored. */
  readonly error?: JsonValue
  /** What its body told that it used, in all records of the attempt together. */
  readonly usage?: Usage
  /** The effect as the state held it when the body was called. */
  readonly document?: EffectDocument
}

/** An attempt whose body is about to be called. */
export interface BegunAttempt extends Pick<EndedAttempt, 'stream' | 'definition' | 'effect' | 'src' | 'attempt'> {
  /** Since the chart asked for it: the wait for the record, at gates, and in queues. Absent for later attempts, and for what was taken over. */
  readonly waitedMs?: number
}

/** Of `observeAttempts`. */
export interface AttemptListeners {
  readonly onBegun?: (attempt: BegunAttempt) => void
  readonly onEnded: (attempt: EndedAttempt) => void
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'now' | 'monotonicNow'>
}

const LISTENERS = {
  onBegun: optionRule.function,
  onEnded: optionRule.function,
  clock: optionRule.methods('now', 'monotonicNow'),
}

/** An observer that tells of each attempt which begins in this process, once it has ended. Tells in order, in the turn of the event. */
export function observeAttempts(listeners: AttemptListeners): RuntimeObserver {
  const attempts = fromGiven('observeAttempts', () => {
    const given = checkedOptions<AttemptListeners>(listeners, LISTENERS)
    requireOption(given.onEnded !== undefined, { path: 'onEnded', problem: 'must be a function' })
    return new Attempts(given)
  })
  return (event) => attempts.heard(event)
}

interface OpenAttempt extends Pick<EndedAttempt, 'src' | 'attempt' | 'beganAt' | 'document'> {
  readonly since: number
}

/** What is known of an agent that is in memory. */
interface Known {
  newest: AgentRecorded
  readonly scheduledAt: Map<EffectId, number>
  readonly open: Map<EffectId, OpenAttempt>
  /** By attempts that have not ended. */
  readonly used: Map<EffectId, Usage>
}

/** What is told of the end, beside how. */
type EndNotes = Pick<EndedAttempt, 'error'>

class Attempts {
  readonly #listeners: AttemptListeners
  readonly #clock: Pick<Clock, 'now' | 'monotonicNow'>
  readonly #agents = new Map<string, Known>()

  constructor(listeners: AttemptListeners) {
    this.#listeners = listeners
    this.#clock = listeners.clock ?? systemClock
  }

  heard(event: RuntimeEvent): void {
    switch (event.kind) {
      case 'recorded':
        return this.#recorded(event)
      case 'effect.scheduled':
        this.#agents.get(event.stream)?.scheduledAt.set(event.effect, this.#clock.monotonicNow())
        return
      case 'effect.began':
        return this.#began(event)
      case 'effect.ended':
        return this.#end(event, ...this.#endOf(event))
      case 'effect.retried':
        return this.#end(event, 'retried', errorNote(this.#state(event.stream)?.effects[event.effect]?.lastError))
      case 'effect.doubted':
        return this.#end(event, 'doubted')
      case 'effect.stopped':
      case 'effect.let-go':
        return this.#end(event, 'stopped')
      case 'leaving':
      case 'dismissed':
        this.#stopAll(event.stream)
        this.#agents.delete(event.stream)
        return
      default:
    }
  }

  #state(stream: string): StateDocument | undefined {
    return this.#agents.get(stream)?.newest.after
  }

  #recorded(event: AgentRecorded): void {
    let known = this.#agents.get(event.stream)
    if (known !== undefined) known.newest = event
    else {
      known = { newest: event, scheduledAt: new Map(), open: new Map(), used: new Map() }
      this.#agents.set(event.stream, known)
    }
    for (const { data, metadata } of event.written ?? []) {
      const { effect } = metadata.refold.input
      const usage = effect === undefined ? undefined : addUsage(known.used.get(effect), usageIn(data))
      if (effect !== undefined && usage !== undefined) known.used.set(effect, usage)
    }
  }

  #began({ stream, effect, src, attempt }: Extract<RuntimeEvent, { kind: 'effect.began' }>): void {
    const since = this.#clock.monotonicNow()
    const known = this.#agents.get(stream)
    const scheduledAt = known?.scheduledAt.get(effect)
    this.#end({ stream, effect }, 'stopped') // a body of which no end was told
    const document = known?.newest.after.effects[effect]
    const noted = document === undefined ? undefined : { document }
    known?.open.set(effect, { src, attempt, since, beganAt: this.#clock.now(), ...noted })
    const { name: definition } = addressOf(stream)
    const waited = scheduledAt === undefined ? undefined : { waitedMs: since - scheduledAt }
    this.#listeners.onBegun?.({ stream, definition, effect, src, attempt, ...waited })
  }

  /** The record that ended the effect, if this process wrote it, says how. */
  #endOf({ stream, effect, failed }: Extract<RuntimeEvent, { kind: 'effect.ended' }>): [AttemptOutcome, EndNotes] {
    const record = this.#agents
      .get(stream)
      ?.newest.written?.find(
        ({ type, metadata }) =>
          metadata.refold.input.effect === effect && (type === 'refold.effect.done' || type === 'refold.effect.failed'),
      )
    if (record === undefined) return ['left', {}]
    return [failed === undefined ? 'done' : 'failed', errorNote(failed?.error)]
  }

  #end({ stream, effect }: { stream: string; effect: EffectId }, outcome: AttemptOutcome, notes: EndNotes = {}): void {
    const known = this.#agents.get(stream)
    known?.scheduledAt.delete(effect)
    const open = known?.open.get(effect)
    if (open === undefined) return
    known?.open.delete(effect)
    const usage = known?.used.get(effect)
    known?.used.delete(effect)
    const used = usage === undefined ? undefined : { usage }
    const { since, ...begun } = open
    const durationMs = this.#clock.monotonicNow() - since
    const { name: definition } = addressOf(stream)
    this.#listeners.onEnded({ stream, definition, effect, outcome, durationMs, ...begun, ...notes, ...used })
  }

  #stopAll(stream: string): void {
    for (const effect of this.#agents.get(stream)?.open.keys() ?? []) this.#end({ stream, effect }, 'stopped')
  }
}

function errorNote(error: unknown): EndNotes {
  return error === undefined ? {} : { error: error as JsonValue } // it is stored
}
