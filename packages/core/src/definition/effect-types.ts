/** What the body of an effect is given, and what XState's promise logic is given by Refold beside its own arguments. */

import type { UsageTold } from '../record/usage.js'
import type { Storable } from './json-path.js'

/** One step's own key and signal. */
export interface StepArgs {
  key: string
  readonly signal: AbortSignal
}

/**
 * Runs `run` once and remembers its result, which is JSON: after a crash the effect's next attempt gets it without a call. The result is known by
 * the name and by how many steps of that name came before: give each step a name of its own, or a deploy that puts one of the same
 * name before it hands its result to the other.
 */
export type RunStep = <R>(
  name: string,
  run: ((step: StepArgs) => R | PromiseLike<R>) & Storable<R, 'result'>,
) => Promise<R>

/** The arguments of a body made with `effect()`. */
export interface EffectArgs<I = unknown> {
  input: I
  /**
   * Aborts when the chart leaves the effect, at its time-out, and when this worker may no longer perform it. What a body that
   * looked at it returns after that is no answer, since it may be half of one; but for a never-retry body. Any number may listen to it.
   */
  readonly signal: AbortSignal
  /** The idempotency key: the same for every attempt of this effect, never used for another. Send it to the provider. */
  key: string
  /** From 1. */
  attempt: number
  /** W3C trace context of what caused the effect, if it was given with the start, the event or the message. */
  traceparent?: string | undefined
  step: RunStep
  /** Tokens, percentages, …: goes to live subscribers, is not stored. */
  progress: (chunk: unknown) => void
  /**
   * What this attempt used, told once for each call to a provider: `usage({ inputTokens, outputTokens, costUsd })`, any of them.
   * What was told since the last record of the effect stands in the next one, beside the outcome (`data.usage`), and in no
   * state. The `usage` of the AI SDK may be given as it is: what it has beside these is left out. Throws `OUTCOME_UNSTORABLE`, after which no
   * attempt follows, for what is no usage.
   */
  usage: (used: UsageTold) => void
}

/** Stands under `refold` in the arguments of a promise creator that Refold performs; absent under plain `createActor`. */
export type EffectHandle = Pick<EffectArgs, 'key' | 'attempt' | 'traceparent' | 'step' | 'progress' | 'usage'>
