/** A definition with other effect bodies: to stub them, to watch them, to count them. */
import { checkKeys } from './check-config.js'
import { readable } from './refusal.js'
import { fromCallback, fromEventObservable, fromObservable, fromPromise } from 'xstate'
import type { AnyActorLogic } from 'xstate'
import type { AgentDefinition, AgentTypes } from './agent-types.js'
import { definitionOf, internalsOf } from './define-agent.js'
import type { EffectHandle } from './effect-types.js'
import { kindOfLogic } from './logic-kind.js'
import type { EffectKind } from './named-effects.js'
import { replaceEffects } from './named-effects.js'
import type { InterruptedAttempt, ReconcileResult } from './policy-types.js'

/** What a body is given. Hand on the object itself, not a copy: some of its members are made when they are asked for. */
export interface EffectBodyArgs {
  readonly input: unknown
  /** Aborts when the effect's work is not wanted any longer. */
  readonly signal: AbortSignal
  /** The idempotency key, the attempt, steps, progress. Plain `createActor` does not give it. */
  readonly refold: EffectHandle
}

/** The body of an effect with one outcome, which is what it returns or throws. */
export type CallBody = (args: EffectBodyArgs) => unknown

/** The body of a callback or an observable: `say` sends an event, or a value. It returns what stops it. */
export type StreamBody = (args: EffectBodyArgs, say: (said: unknown) => void) => () => void

/** What stands in place of a definition's own. Each is asked once for each source: `draft`, `child.charge`. */
export interface EffectSubstitution {
  /** `body` is the definition's own, to call or to leave. Absent: calls keep their bodies. */
  readonly call?: (src: string, body: CallBody) => CallBody
  /** `undefined`, or absent: the stream keeps its body. */
  readonly stream?: (src: string) => StreamBody | undefined
  /** Asked for reconcilable effects only. `undefined`, or absent: the effect keeps its own. */
  readonly reconcile?: (
    src: string,
  ) => ((interrupted: InterruptedAttempt<unknown>) => Promise<ReconcileResult<unknown>>) | undefined
}

/**
 * The same definition (name, version, chart and fingerprint) with other bodies for the effects that `describeDefinition`
 * lists: an agent of the one is an agent of the other. Policies stay, but for `reconcile`. The given definition is not
 * changed. Throws `INVALID_DEFINITION` for what `defineAgent` did not make.
 */
export function withEffects<N extends string, T extends AgentTypes>(
  definition: AgentDefinition<N, T>,
  substitution: EffectSubstitution,
): AgentDefinition<N, T> {
  const internals = readable('definition', () => internalsOf(definition))
  readable('substitution', () =>
    checkKeys(substitution, { path: 'substitution', known: ['call', 'stream', 'reconcile'] }),
  )
  const machine = replaceEffects(internals.machine, (src, logic, kind) =>
    substituted(logic, { src, kind, substitution }),
  )
  const policyOf: typeof internals.policyOf = (src) => {
    const policy = internals.policyOf(src)
    const reconcile = policy.safety === 'reconcilable' ? substitution.reconcile?.(src) : undefined
    return reconcile === undefined ? policy : { ...policy, reconcile }
  }
  return definitionOf<N, T>({ ...internals, machine, policyOf })
}

interface Place {
  readonly src: string
  readonly kind: EffectKind
  readonly substitution: EffectSubstitution
}

function substituted(logic: AnyActorLogic, { src, kind, substitution }: Place): AnyActorLogic {
  if (kind === 'call') {
    // XState keeps the function that was given to `fromPromise` as `config`.
    const { config } = logic as unknown as { readonly config: CallBody }
    const body = substitution.call?.(src, config)
    return body === undefined ? logic : { ...logic, ...callOf(body) }
  }
  const body = substitution.stream?.(src)
  if (body === undefined) return logic
  const isCallback = kindOfLogic(logic) === 'callback'
  return { ...logic, ...(isCallback ? callbackOf(body) : observableOf(body, { kind })) }
}

function callOf(body: CallBody): AnyActorLogic {
  return fromPromise((args) => body(bodyArgs(args)) as PromiseLike<unknown>)
}

function callbackOf(body: StreamBody): AnyActorLogic {
  return fromCallback((args) => body(bodyArgs(args), args.sendBack as (said: unknown) => void))
}

function observableOf(body: StreamBody, { kind }: Pick<Place, 'kind'>): AnyActorLogic {
  const creator = (args: object): Subscribable => ({
    subscribe: (observer) => ({ unsubscribe: body(bodyArgs(args), (value) => observer.next(value)) }),
  })
  return kind === 'events' ? fromEventObservable(creator as never) : fromObservable(creator as never)
}

/** The part of an observable that XState uses. */
interface Subscribable {
  readonly subscribe: (observer: { readonly next: (value: unknown) => void }) => { readonly unsubscribe: () => void }
}

/** Refold adds `refold` to what XState gives. */
function bodyArgs(args: object): EffectBodyArgs {
  return args as EffectBodyArgs
}
