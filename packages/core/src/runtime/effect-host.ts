/** What one attempt's body is given: steps that are memoised as records, events that become inputs. */
import type { Input } from '../decide/inputs.js'
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { copyJson } from '../json/copy-json.js'
import { jsonOf, toJson } from '../json/to-json.js'
import type { EffectId } from '../record/state-document.js'
import type { EffectHost, EventData } from '../step/tree-step.js'
import type { LazyAbort } from './lazy-abort.js'

export interface EffectHostOptions {
  readonly id: EffectId
  readonly input: JsonValue | undefined
  readonly abort: LazyAbort
  readonly key: string
  readonly attempt: number
  /** Results of earlier attempts, by `<name>#<ordinal>`. */
  readonly recordedSteps: { readonly [step: string]: JsonValue }
  readonly submit: (input: Input, told?: (recorded: boolean) => void) => void
  readonly isLive: () => boolean
  readonly progress: (chunk: unknown) => void
}

export function effectHost(options: EffectHostOptions): EffectHost {
  const ordinals = new Map<string, number>()
  return {
    input: options.input,
    get signal() {
      return options.abort.signal
    },
    key: options.key,
    attempt: options.attempt,
    progress: (chunk) => {
      if (options.isLive()) options.progress(chunk)
    },
    event: (event) => {
      if (options.isLive()) options.submit({ kind: 'effect.event', effect: options.id, event: toEvent(event) })
    },
    next: (value) => {
      if (options.isLive()) options.submit({ kind: 'effect.next', effect: options.id, value: value === undefined ? undefined : toJson(value).json })
    },
    step: (name, run) => {
      const ordinal = ordinals.get(name) ?? 0
      ordinals.set(name, ordinal + 1)
      return memoised(options, { step: `${name}#${ordinal}`, run })
    },
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
  const output = result === undefined ? null : jsonOf(result)
  return new Promise<R>((resolve) => {
    options.submit({ kind: 'effect.step', effect: options.id, step, output }, (stored) => {
      if (stored) resolve(copyJson(output) as R)
      else options.abort.abort(new RefoldError('STEP_REFUSED', `the result of step ${step} could not be recorded: the effect is not this worker's any more`))
    })
  })
}

/** An event as data. Throws into the body that sent it when it is none. */
function toEvent(event: unknown): EventData {
  const json = jsonOf(event)
  if (typeof json === 'object' && json !== null && !Array.isArray(json) && 'type' in json && typeof json.type === 'string') return json as EventData
  throw new RefoldError('INVALID_EVENT', 'an effect sent something that is no event', { hint: 'Events are objects with a `type`.' })
}

