/** From what a body told to the outcome that is stored: schema, JSON. */
import { mayHaveHappened } from '../../decide/effects-part.js'
import { tellsUsage } from '../../decide/inputs.js'
import type { AttemptFailed, Envelope, Input } from '../../decide/inputs.js'
import type { EffectPolicy } from '../../definition/internals.js'
import { isRefoldError, RefoldError } from '../../errors.js'
import { toJson } from '../../json/to-json.js'
import { thrownToJson, toErrorData } from '../../record/error-data.js'
import { effectIn } from '../../record/large-members.js'
import type { EffectId } from '../../record/state-document.js'
import type { ChartInput, FinalReason } from '../../step/tree-step.js'
import { stackOf } from '../../record/stack.js'
import type { Usage } from '../../record/usage.js'
import type { GatedEffect } from '../limits/gates.js'
import type { EffectsContext } from './effects-context.js'
import { nextAttempt } from './next-attempt.js'

type Outcome = Extract<ChartInput, { kind: 'effect.done' | 'effect.failed' }>

/** What cannot be stored is never tried again: every recovery would pay again. */
export function outcomeOf(effect: EffectId, output: unknown, policy: EffectPolicy): Outcome {
  try {
    const parsed = policy.parseOutput === undefined ? output : policy.parseOutput(output)
    return { kind: 'effect.done', effect, output: parsed === undefined ? undefined : toJson(parsed).json }
  } catch (error) {
    return failureOf(effect, unstorable('the effect ended, but its outcome', error), 'unstorable')
  }
}

/** `final`: why no attempt follows, if an attempt has failed. */
export function failureOf(effect: EffectId, thrown: unknown, final?: FinalReason): Outcome {
  const error = thrownToJson(thrown)
  return { kind: 'effect.failed', effect, error, ...(final === undefined ? undefined : { final }) }
}

/** After a failed attempt: when the next one is, or, if there is none, that the effect has failed, and why it is final. */
export function afterFailure(
  { id, src, cell, policy, attempt, thrown }: EndedAttempt,
  { world, events }: Pick<EffectsContext, 'world' | 'events'>,
): Outcome | AttemptFailed {
  const now = world.clock.now()
  const onNonsense = (message: string, error: unknown): void =>
    events.notice('warn', `${message}: effect ${src} of ${cell.stream}`, { error })
  const next = nextAttempt({ attempt, thrown, retry: policy.retry, now, random: world.random, onNonsense })
  if ('final' in next) return failureOf(id, thrown, next.final)
  return { kind: 'attempt.failed', effect: id, attempt, error: toErrorData(thrown), retryAt: now + next.waitMs }
}

/**
 * What is said of a payment that is recorded as begun, whose body was never called: of one that the chart left that it failed, else
 * that the attempt is to be made again, while no one else owns the agent. `undefined`: nothing.
 */
export function uncalledOf(
  { id, epoch }: { readonly id: EffectId; readonly epoch: number },
  { cell: { state, definition }, runtime: { world, worker } }: UncalledIn,
): Outcome | AttemptFailed | undefined {
  const effect = state === undefined ? undefined : effectIn(state, id)
  if (state === undefined || effect?.attempt === undefined || !mayHaveHappened(effect, definition)) return undefined
  const error = new RefoldError('ABORTED', 'the effect was stopped before its body began')
  if (effect.abandoned !== undefined) return failureOf(id, error)
  if (state.agent.owner !== worker || state.agent.epoch !== epoch) return undefined
  const { attempt, at: uncalled } = effect.attempt
  const retryAt = world.clock.now()
  return { kind: 'attempt.failed', effect: id, attempt, error: toErrorData(error), retryAt, uncalled }
}

interface UncalledIn {
  readonly cell: Pick<GatedEffect['cell'], 'state' | 'definition'>
  readonly runtime: Pick<EffectsContext, 'world' | 'worker'>
}

interface EndedAttempt extends Pick<GatedEffect, 'id' | 'src' | 'cell' | 'policy'> {
  readonly attempt: number
  readonly thrown: unknown
}

/** A call of a body. */
interface UsageTeller {
  takeUsage(): Usage | undefined
}

/** What stands beside an input: the stack of what the body threw, and what it used since the record before. */
export function toldBeside(
  input: Input,
  { thrown, body }: { readonly thrown: unknown; readonly body: UsageTeller | undefined },
): Pick<Envelope, 'diagnostics' | 'usage'> | undefined {
  const stack = stackOf(thrown)
  const usage = tellsUsage(input) ? body?.takeUsage() : undefined
  if (stack === undefined && usage === undefined) return undefined
  return {
    ...(stack === undefined ? undefined : { diagnostics: { stack } }),
    ...(usage === undefined ? undefined : { usage }),
  }
}

/** What an effect told cannot be stored. It was paid for: the effect fails with this, and is not tried again. */
export function unstorable(what: string, cause: unknown): RefoldError {
  const why = isRefoldError(cause) ? cause.message : 'it is not JSON'
  return new RefoldError('OUTCOME_UNSTORABLE', `${what} cannot be stored: ${why}`, {
    cause,
    hint: 'Return JSON, and keep large results outside of the agent.',
  })
}
