/** Asks the user's `reconcile` what became of an attempt. Whatever it does, there is an answer. */
import type { EffectPolicy, ReconcileAnswer } from '../../definition/internals.js'
import { RefoldError } from '../../errors.js'
import { copyJson } from '../../json/copy-json.js'
import type { EffectDocument } from '../../record/state-document.js'
import type { Clock } from '../../world/world.js'
import type { LazyAbort } from './lazy-abort.js'
import { setLongTimer } from '../../world/long-timer.js'

export interface Asked {
  readonly effect: EffectDocument
  readonly key: string
  /** Aborted when its time is over; ends the asking when someone else aborts it. */
  readonly abort: LazyAbort
  readonly clock: Clock
  readonly limitMs: number
  readonly onThrow: (error: unknown) => void
}

/** A `reconcile` that throws, answers what is no answer, or does not answer in time, does not know. */
export function askReconcile(policy: EffectPolicy, asked: Asked): Promise<ReconcileAnswer> {
  const { abort, clock, limitMs, onThrow } = asked
  return new Promise((resolve) => {
    const tooLate = (): void => {
      const error = new RefoldError('EFFECT_TIMEOUT', `no answer within ${limitMs} ms`)
      onThrow(error)
      abort.abort(error)
    }
    const cancel = setLongTimer(clock, tooLate, limitMs)
    const end = (found: ReconcileAnswer): void => {
      cancel()
      resolve(found)
    }
    abort.signal.addEventListener('abort', () => end('unknown'), { once: true })
    void answerOf(policy, asked).then(end)
  })
}

async function answerOf({ reconcile }: EffectPolicy, { effect, key, abort, onThrow }: Asked): Promise<ReconcileAnswer> {
  const heard = (error: unknown): void => {
    if (!abort.aborted) onThrow(error)
  }
  try {
    const found: unknown = await reconcile?.({ key, input: copyJson(effect.input), signal: abort.signal })
    if (isAnswer(found)) return found
    if (found !== undefined)
      heard(new TypeError("reconcile answers { output }, { error }, 'not-done' or 'unknown'", { cause: found }))
  } catch (error) {
    heard(error)
  }
  return 'unknown'
}

function isAnswer(found: unknown): found is ReconcileAnswer {
  if (typeof found === 'object' && found !== null) return 'output' in found || 'error' in found
  return found === 'not-done' || found === 'unknown'
}
