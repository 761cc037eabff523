/** Asks the user's `reconcile` what became of an attempt. Whatever it does, there is an answer. */
import type { EffectPolicy, Reconciled } from '../definition/internals.js'
import { copyJson } from '../json/copy-json.js'
import type { EffectDocument } from '../record/state-document.js'

export interface Asked {
  readonly effect: EffectDocument
  readonly key: string
  readonly signal: AbortSignal
  readonly onThrow: (error: unknown) => void
}

/** A `reconcile` that throws, or answers what is no answer, does not know. */
export async function askReconcile(
  { reconcile }: EffectPolicy,
  { effect, key, signal, onThrow }: Asked,
): Promise<Reconciled> {
  try {
    const found: unknown = await reconcile?.({ key, input: copyJson(effect.input), signal })
    if (isAnswer(found)) return found
    if (found !== undefined)
      onThrow(new TypeError("reconcile answers { output }, { error }, 'not-done' or 'unknown'", { cause: found }))
  } catch (error) {
    onThrow(error)
  }
  return 'unknown'
}

function isAnswer(found: unknown): found is Reconciled {
  if (typeof found === 'object' && found !== null) return 'output' in found || 'error' in found
  return found === 'not-done' || found === 'unknown'
}
