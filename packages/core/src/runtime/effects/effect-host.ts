/** What one attempt's body is given: steps that are memoised as records, events that become inputs. */
import type { Input } from '../../decide/inputs.js'
import { RefoldError } from '../../errors.js'
import type { JsonValue } from '../../json/json-value.js'
import { copyJson } from '../../json/copy-json.js'
import { jsonOf, toJson } from '../../json/to-json.js'
import type { EffectId } from '../../record/state-document.js'
import type { EventData } from '../../record/event-data.js'
import type { EffectHost } from '../../step/tree-step.js'
import { unstorable } from './effect-outcome.js'
import type { LazyAbort } from './lazy-abort.js'
import type { Settlement } from '../cell/submission.js'

export interface EffectHostOptions {
  readonly id: EffectId
  readonly input: JsonValue | undefined
  readonly abort: LazyAbort
  readonly key: string
  readonly attempt: number
  readonly traceparent: string | undefined
  /** Results of earlier attempts, by `<name>#<ordinal>`. */
  readonly recordedSteps: { readonly [step: string]: JsonValue }
  readonly submit: (input: Input, told?: (settlement: Settlement | undefined) => void) => void
  /** Whether what the body tells is still listened to. */
  readonly isLive: () => boolean
  /** The attempt fails with this. */
  readonly fail: (error: RefoldError) => void
  readonly progress: (chunk: unknown) => void
}

export function effectHost(options: EffectHostOptions): EffectHost {
  return new AttemptHost(options)
}

/** Made for every body: what few of them ask for is made when they ask. */
class AttemptHost implements EffectHost {
  readonly input: JsonValue | undefined
  readonly key: string
  readonly attempt: number
  readonly traceparent: string | undefined
  readonly #options: EffectHostOptions
  #ordinals: Map<string, number> | undefined

  constructor(options: EffectHostOptions) {
    this.#options = options
    this.input = options.input
    this.key = options.key
    this.attempt = options.attempt
    this.traceparent = options.traceparent
  }

  get signal(): AbortSignal {
    return this.#options.abort.signal
  }
  get progress(): EffectHost['progress'] {
    const options = this.#options
    return (chunk) => {
      if (options.isLive()) options.progress(chunk)
    }
  }
  get event(): EffectHost['event'] {
    const options = this.#options
    return (event) => send(options, () => ({ kind: 'effect.event', effect: options.id, event: toEvent(event) }))
  }
  get next(): EffectHost['next'] {
    const options = this.#options
    return (value) => send(options, () => ({ kind: 'effect.next', effect: options.id, value: toJson(value).json }))
  }
  get step(): EffectHost['step'] {
    const ordinals = (this.#ordinals ??= new Map())
    return (name, run) => {
      const ordinal = ordinals.get(name) ?? 0
      ordinals.set(name, ordinal + 1)
      return memoised(this.#options, { step: `${name}#${ordinal}`, run })
    }
  }
}

interface Step<R> {
  readonly step: string
  readonly run: (step: { key: string; signal: AbortSignal }) => R | PromiseLike<R>
}

/** A step whose record is refused aborts the effect and never returns: a zombie must not walk on to its next paid step. */
async function memoised<R>(options: EffectHostOptions, { step, run }: Step<R>): Promise<R> {
  const recorded = options.recordedSteps[step]
  if (recorded !== undefined || step in options.recordedSteps) return copyJson(recorded) as R
  options.abort.signal.throwIfAborted()
  const result = await run({ key: `${options.key}/${step}`, signal: options.abort.signal })
  const output = stepOutput(result, step)
  return new Promise<R>((resolve) => {
    options.submit({ kind: 'effect.step', effect: options.id, step, output }, (settlement) => {
      if (isRemembered(settlement, { effect: options.id, step })) resolve(copyJson(output) as R)
      else
        options.abort.abort(
          new RefoldError(
            'STEP_REFUSED',
            `the result of step ${step} could not be recorded: the effect is not this worker's any more`,
          ),
        )
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
  return settlement?.kind === 'recorded' && settlement.state.effects[effect]?.steps?.[step] !== undefined
}

/** Nothing is thrown into the body: it may have sent from a timer or a stream, where an error would end the process. */
function send(options: EffectHostOptions, input: () => Input): void {
  if (!options.isLive()) return
  try {
    options.submit(input())
  } catch (error) {
    options.fail(unstorable('what the effect sent', error))
  }
}

/** An event as data. Throws when it is none. */
function toEvent(event: unknown): EventData {
  const json = jsonOf(event)
  if (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    'type' in json &&
    typeof json.type === 'string'
  )
    return json as EventData
  throw new RefoldError('INVALID_EVENT', 'an effect sent something that is no event', {
    hint: 'Events are objects with a `type`.',
  })
}
