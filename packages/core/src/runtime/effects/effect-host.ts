/** What one attempt's body is given: steps that are memoised as records, events that become inputs. */
import type { Input } from '../../decide/inputs.js'
import { RefoldError } from '../../errors.js'
import type { JsonValue } from '../../json/json-value.js'
import { copyJson } from '../../json/copy-json.js'
import { jsonOf, toJson } from '../../json/to-json.js'
import { entryOf } from '../../record/large-map.js'
import { effectIn, mapIn } from '../../record/large-members.js'
import type { EffectDocument, EffectId } from '../../record/state-document.js'
import { isEventData } from '../../record/event-data.js'
import type { EventData } from '../../record/event-data.js'
import type { EffectHost } from '../../step/tree-step.js'
import { unstorable } from './effect-outcome.js'
import type { LazyAbort } from './lazy-abort.js'
import type { Settlement } from '../cell/submission.js'

/** The call that the host serves. */
export interface HostedCall {
  readonly id: EffectId
  readonly effect: EffectDocument
  readonly key: string
  readonly attempt: number
  readonly abort: LazyAbort
  /** Whether what the body tells is still listened to. */
  readonly isLive: boolean
  /** `false`: it was aborted and saw it, so what it returns may be half an answer. */
  readonly takesAnswers: boolean
  submit(input: Input, told?: (settlement: Settlement | undefined) => void): void
  /** The attempt fails with this. */
  fail(error: RefoldError): void
  progress(chunk: unknown): void
  /** Throws `OUTCOME_UNSTORABLE` for what is none. */
  used(usage: unknown): void
}

/** Made for every body: what few of them ask for is made when they ask. */
export class AttemptHost implements EffectHost {
  readonly input: JsonValue | undefined
  readonly key: string
  readonly attempt: number
  readonly traceparent: string | undefined
  readonly #call: HostedCall
  #ordinals: Map<string, number> | undefined

  constructor(call: HostedCall) {
    const { input, traceparent } = call.effect
    this.#call = call
    this.input = input
    this.key = call.key
    this.attempt = call.attempt
    this.traceparent = traceparent
  }

  get signal(): AbortSignal {
    return this.#call.abort.signal
  }
  get progress(): EffectHost['progress'] {
    const call = this.#call
    return (chunk) => {
      if (call.isLive) call.progress(chunk)
    }
  }
  get usage(): EffectHost['usage'] {
    const call = this.#call
    return (usage) => call.used(usage)
  }
  get event(): EffectHost['event'] {
    const call = this.#call
    return (event) => send(call, () => ({ kind: 'effect.event', effect: call.id, event: toEvent(event) }))
  }
  get next(): EffectHost['next'] {
    const call = this.#call
    return (value) => send(call, () => ({ kind: 'effect.next', effect: call.id, value: toJson(value).json }))
  }
  get step(): EffectHost['step'] {
    const ordinals = (this.#ordinals ??= new Map())
    return (name, run) => {
      const ordinal = ordinals.get(name) ?? 0
      ordinals.set(name, ordinal + 1)
      return memoised(this.#call, { step: `${name}#${ordinal}`, run })
    }
  }
}

interface Step<R> {
  readonly step: string
  readonly run: (step: { key: string; signal: AbortSignal }) => R | PromiseLike<R>
}

/**
 * A step whose record is refused aborts the effect and never returns: a zombie must not walk on to its next paid step. A body
 * that goes on without a step, since its abort refused it, has seen the abort: so it counts as a look at the signal.
 */
async function memoised<R>(call: HostedCall, { step, run }: Step<R>): Promise<R> {
  const recorded = call.effect.steps?.[step]
  if (recorded !== undefined) return copyJson(recorded) as R
  const { abort } = call
  if (abort.aborted) throw abort.signal.reason
  const args = {
    key: `${call.key}/${step}`,
    get signal() {
      return abort.signal
    },
  }
  const result = await run(args)
  if (!call.takesAnswers) throw abort.reason // it may be half a result
  const output = stepOutput(result, step)
  return new Promise<R>((resolve) => {
    call.submit({ kind: 'effect.step', effect: call.id, step, output }, (settlement) => {
      if (isRemembered(settlement, { effect: call.id, step })) return resolve(copyJson(output) as R)
      const message = `the result of step ${step} could not be recorded: the effect is not this worker's any more`
      abort.abort(new RefoldError('STEP_REFUSED', message))
      void abort.signal
    })
  })
}

/** What cannot be stored would be paid for again at every recovery: the effect fails for good. */
function stepOutput(result: unknown, step: string): JsonValue {
  try {
    return result === undefined ? null : jsonOf(result)
  } catch (error) {
    throw unstorable(`the result of step ${step}`, error)
  }
}

/** Another input may have been recorded in the step's place: that its effect failed, as the result was too large. */
function isRemembered(
  settlement: Settlement | undefined,
  { effect, step }: { effect: EffectId; step: string },
): boolean {
  const document = settlement?.kind === 'recorded' ? effectIn(settlement.state, effect) : undefined
  return document !== undefined && entryOf(mapIn(document, 'steps'), step) !== undefined
}

/** Nothing is thrown into the body: it may have sent from a timer or a stream, where an error would end the process. */
function send(call: HostedCall, input: () => Input): void {
  if (!call.isLive) return
  try {
    call.submit(input())
  } catch (error) {
    call.fail(unstorable('what the effect sent', error))
  }
}

/** An event as data. Throws when it is none. */
function toEvent(event: unknown): EventData {
  const json = jsonOf(event)
  if (isEventData(json)) return json
  throw new RefoldError('INVALID_EVENT', 'an effect sent something that is no event', {
    hint: 'Events are objects with a `type`.',
  })
}
