/**
 * `effect()`: XState's `fromPromise`, for a body that wants its idempotency key, its attempt and steps. It is ordinary
 * promise logic: under plain `createActor` it runs once, with a random key, and its steps run directly.
 */
import { fromPromise } from 'xstate'
import type { PromiseActorLogic } from 'xstate'
import { manyMayListen } from '../world/many-listeners.js'
import { checkPolicy } from './check-policy.js'
import type { AnyPolicy } from './check-policy.js'
import type { EffectArgs, EffectHandle, RunStep } from './effect-types.js'
import type { Storable } from './json-path.js'
import type { CallPolicy } from './policy-types.js'
import { readable, requireValid } from './refusal.js'

/** `Symbol.for`: a machine may have been made with another copy of this package. */
const POLICY = Symbol.for('refold.effect.policy')

/**
 * A drop-in for `fromPromise`. A policy given here travels with the body, into child machines too; the definition's wins
 * over it, member by member. Throws `INVALID_DEFINITION` for a policy that makes no sense, or a body that is no function.
 *
 * What the body gives is stored as JSON: the compiler refuses what JSON cannot hold, and names it (`NotSerializable<'output.at'>`).
 * A body that looked at its signal, and was aborted by a pause, a close, a drain or a takeover, gives no outcome, whatever it
 * returns: it runs again with the same key. One that never looked is taken at its word (EFF-19);
 * to go on without a `step` that the abort refused is a look (EFF-364).
 */
export function effect<O, I = {} | null | undefined>(
  body: ((args: EffectArgs<I>) => PromiseLike<O>) & Storable<O, 'output'>,
  policy?: CallPolicy<NoInfer<I>, NoInfer<O>>,
): PromiseActorLogic<O, I> {
  requireValid(typeof body === 'function', { path: 'body', problem: 'must be a function' })
  if (policy !== undefined) readable('policy', () => checkPolicy(policy, { path: 'policy', kind: 'call' }))
  const logic = fromPromise<O, I>((args) => {
    const { input } = args
    const { refold } = args as { readonly refold?: EffectHandle }
    const { key, attempt, traceparent, step, progress, usage } = refold ?? standInHandle(manyMayListen(args.signal))
    // The signal is handed on unread: whether the body looks at it is the body's to say.
    return body({
      input,
      key,
      attempt,
      traceparent,
      step,
      progress,
      usage,
      get signal() {
        return args.signal
      },
    })
  })
  if (policy !== undefined) Object.defineProperty(logic, POLICY, { value: Object.freeze({ ...policy }) })
  return logic
}

/** The policy given to `effect()`; `undefined` for any other logic. */
export function policyAttachedTo(logic: object): AnyPolicy | undefined {
  return (logic as { readonly [POLICY]?: AnyPolicy })[POLICY]
}

/** What the body gets when no one remembers anything for it. */
function standInHandle(signal: AbortSignal): EffectHandle {
  const key = globalThis.crypto.randomUUID()
  const times = new Map<string, number>()
  const step: RunStep = async (name, run) => {
    const ordinal = times.get(name) ?? 0
    times.set(name, ordinal + 1)
    return run({ key: `${key}/${name}#${ordinal}`, signal })
  }
  return { key, attempt: 1, step, progress: () => {}, usage: () => {} }
}
