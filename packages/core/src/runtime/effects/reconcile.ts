/** Asks the user's `reconcile` what became of an attempt. Whatever it does, there is an answer. */
import { effectKey } from '../../decide/effects-part.js'
import type { EffectPolicy, ReconcileAnswer } from '../../definition/internals.js'
import { RefoldError } from '../../errors.js'
import { copyJson } from '../../json/copy-json.js'
import type { JsonValue } from '../../json/json-value.js'
import type { EffectDocument, EffectId } from '../../record/state-document.js'
import { shownActors } from '../../step/shown-actors.js'
import { setLongTimer } from '../../world/long-timer.js'
import type { ExecutionContext } from './execution-context.js'
import type { LazyAbort } from './lazy-abort.js'

/** What an effect without a time-out is given to answer. */
const LIMIT_MS = 60_000

export interface Asked {
  readonly id: EffectId
  readonly effect: EffectDocument
  readonly policy: EffectPolicy
  /** Aborted when its time is over; ends the asking when someone else aborts it. */
  readonly abort: LazyAbort
}

/** A `reconcile` that throws, answers what is no answer, or does not answer in time, does not know. */
export function askReconcile({ cell, runtime }: ExecutionContext, asked: Asked): Promise<ReconcileAnswer> {
  const { id, effect, policy, abort } = asked
  const input = cell.state === undefined ? effect.input : shownActors(cell.state).input(id)
  const limitMs = policy.timeoutMs ?? LIMIT_MS
  const onThrow = (error: unknown): void =>
    runtime.events.notice('warn', `reconcile of ${effect.src} gave no answer`, { agent: cell.stream, error })
  return new Promise((resolve) => {
    const tooLate = (): void => {
      const error = new RefoldError('EFFECT_TIMEOUT', `no answer within ${limitMs} ms`)
      onThrow(error)
      abort.abort(error)
    }
    const cancel = setLongTimer(runtime.world.clock, tooLate, limitMs)
    const end = (found: ReconcileAnswer): void => {
      cancel()
      resolve(found)
    }
    abort.signal.addEventListener('abort', () => end('unknown'), { once: true })
    void answerOf(asked, copyJson(input as JsonValue | undefined), onThrow).then(end)
  })
}

async function answerOf(
  { id, effect, policy, abort }: Asked,
  input: JsonValue | undefined,
  onThrow: (error: unknown) => void,
): Promise<ReconcileAnswer> {
  const heard = (error: unknown): void => {
    if (!abort.aborted) onThrow(error)
  }
  try {
    const key = effectKey(id, effect)
    const found: unknown = await policy.reconcile?.({ key, input, signal: abort.signal })
    if (isAnswer(found)) return ownAnswer(found)
    if (found !== undefined)
      heard(new TypeError("reconcile answers { output }, { error }, 'not-done' or 'unknown'", { cause: found }))
  } catch (error) {
    heard(error)
  }
  return 'unknown'
}

/** Looked at once, here: a member of it may throw. */
function ownAnswer(found: ReconcileAnswer): ReconcileAnswer {
  if (typeof found === 'string') return found
  return 'output' in found ? { output: found.output } : { error: found.error }
}

function isAnswer(found: unknown): found is ReconcileAnswer {
  if (typeof found === 'object' && found !== null) return 'output' in found || 'error' in found
  return found === 'not-done' || found === 'unknown'
}
