/** What concerns one effect and not the chart: attempts, doubt, steps, and what a person decides about it. */
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { changed } from '../record/large-map.js'
import { effectIn, mapIn, withMap } from '../record/large-members.js'
import type { OwnRecordType } from '../record/record.js'
import type { Attempt, EffectDocument, StateDocument } from '../record/state-document.js'
import type { ChartInput } from '../step/tree-step.js'
import { decideChart } from './chart-inputs.js'
import { withAgent } from './agent-part.js'
import { unsuspected } from './claims.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import { mayHaveHappened, withEffect } from './effects-part.js'
import type { AttemptFailed, EffectResolved, EffectDoubted, EffectStarted, EffectStep, Envelope } from './inputs.js'
import { settleWithoutChart } from './late-outcomes.js'
import { usageData } from './record-type.js'

export function decideAttempt(
  context: DecideContext,
  envelope: Envelope,
  input: EffectStarted | AttemptFailed | EffectDoubted | EffectStep | EffectResolved,
): Decision {
  const { state } = context
  const effect = state === undefined ? undefined : effectIn(state, input.effect)
  if (state === undefined || effect === undefined) {
    if (input.kind !== 'effect.resolved') return { kind: 'dropped', why: 'the effect has an outcome or was left' }
    return notInDoubt(input.effect)
  }
  if (input.kind === 'effect.resolved') return resolved(context, envelope, { state, effect, input })
  if (effect.abandoned !== undefined) return { kind: 'dropped', why: 'the chart left the effect' }
  if (input.kind === 'effect.started' && !mayBegin(context, { state, effect }))
    return { kind: 'dropped', why: 'the effect must not begin now' }
  if (isOutdated(input, effect)) return { kind: 'dropped', why: 'it speaks of another attempt' }
  const isSign = input.kind === 'attempt.failed' || input.kind === 'effect.step'
  const agent = isSign ? unsuspected(state.agent) : state.agent
  const change = changeOf(context, { effect, envelope }, input)
  return compose(context, envelope, {
    type: change.type,
    data: change.data,
    after: withAgent(withEffect(state, input.effect, change.effect), agent),
    input: { kind: input.kind, effect: input.effect, ...('attempt' in input ? { attempt: input.attempt } : undefined) },
    causationId: effect.scheduledBy,
  })
}

/** A payment whose begin is recorded begins no more before that attempt is known to have failed or a person says so. */
function mayBegin({ definition }: DecideContext, { state, effect }: Pick<DecidedPart, 'state' | 'effect'>): boolean {
  return effect.inDoubt === undefined && state.agent.paused === undefined && !mayHaveHappened(effect, definition)
}

/** A doubt about what has not begun, or a word about a begin that is not the recorded one. */
function isOutdated(
  input: EffectStarted | AttemptFailed | EffectDoubted | EffectStep,
  effect: EffectDocument,
): boolean {
  const { attempt, inDoubt } = effect
  if (input.kind === 'effect.doubted') return attempt === undefined
  if (input.kind !== 'attempt.failed' || input.uncalled === undefined) return false
  return inDoubt !== undefined || attempt?.at !== input.uncalled
}

interface Change {
  readonly type: OwnRecordType
  readonly data: JsonValue
  readonly effect: EffectDocument
}

// oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row an input
function changeOf(
  context: DecideContext,
  { effect, envelope }: { effect: EffectDocument; envelope: Envelope },
  input: EffectStarted | AttemptFailed | EffectDoubted | EffectStep,
): Change {
  const { src } = effect
  const usage = usageData(envelope)
  switch (input.kind) {
    case 'effect.started': {
      const { safety } = context.definition.policyOf(src)
      const attempt: Attempt = {
        attempt: input.attempt,
        epoch: context.state?.agent.epoch ?? 0,
        at: context.now,
        worker: envelope.worker,
        ...(safety === 'idempotent' ? undefined : { safety }),
      }
      const { retryAt: _retryAt, ...rest } = effect
      return { type: 'refold.effect.started', data: { src, attempt: input.attempt }, effect: { ...rest, attempt } }
    }
    case 'attempt.failed': {
      const { attempt: _attempt, ...rest } = effect
      const counted = input.uncalled === undefined ? { attempts: input.attempt } : undefined
      const after = { ...rest, ...counted, retryAt: input.retryAt, lastError: input.error }
      return {
        type: 'refold.effect.failed',
        data: {
          src,
          error: input.error as unknown as JsonValue,
          attempt: input.attempt,
          retryAt: input.retryAt,
          ...usage,
        },
        effect: after,
      }
    }
    case 'effect.doubted':
      return {
        type: 'refold.effect.doubted',
        data: { src, why: input.why },
        effect: { ...effect, inDoubt: { since: context.now, revision: context.revision, why: input.why } },
      }
    case 'effect.step':
      return {
        type: 'refold.effect.step',
        data: { src, step: input.step, output: input.output, ...usage },
        effect: withStep(effect, input),
      }
  }
}

function withStep(effect: EffectDocument, { step, output }: EffectStep): EffectDocument {
  return withMap(effect, 'steps', changed(mapIn(effect, 'steps'), new Map([[step, output]])))
}

interface DecidedPart {
  readonly state: StateDocument
  readonly effect: EffectDocument
  readonly input: EffectResolved
}

/** A person's word: complete with this output, again with the same key, or fail. Only the outcome of an abandoned one is recorded. */
function resolved(context: DecideContext, envelope: Envelope, part: DecidedPart): Decision {
  const { state, effect, input } = part
  const { resolution } = input
  const refused = notAsShown(context, { effect, input })
  if (refused !== undefined) return refused
  const header = { kind: input.kind, effect: input.effect }
  if ('acknowledge' in resolution) {
    if (effect.abandoned === undefined) return notInDoubt(input.effect)
    return compose(context, envelope, {
      type: 'refold.effect.resolved',
      data: { src: effect.src, resolution: 'acknowledge' },
      after: withEffect(state, input.effect, undefined),
      input: header,
    })
  }
  const outcome = outcomeOf(input)
  if (effect.abandoned !== undefined) {
    if (outcome === undefined) return notInDoubt(input.effect)
    return settleWithoutChart(context, { ...envelope, input: outcome })
  }
  if (effect.inDoubt === undefined) return notInDoubt(input.effect)
  if (outcome !== undefined) return decideChart(context, envelope, { input: outcome, late: false })
  const isForced = 'force' in resolution && resolution.force
  const { inDoubt: _inDoubt, attempt: _attempt, ...rest } = effect
  return compose(context, envelope, {
    type: 'refold.effect.resolved',
    data: { src: effect.src, resolution: 'again', ...(isForced ? { force: true } : undefined) },
    after: withEffect(state, input.effect, rest),
    input: header,
    causationId: effect.scheduledBy,
  })
}

type Outcome = Extract<ChartInput, { readonly kind: 'effect.done' | 'effect.failed' }>

function outcomeOf({ effect, resolution }: EffectResolved): Outcome | undefined {
  if ('complete' in resolution) return { kind: 'effect.done', effect, output: resolution.complete }
  if ('fail' in resolution) return { kind: 'effect.failed', effect, error: resolution.fail }
  return undefined
}

/** A decision about a doubt that someone has settled is none about the one that arose since: the payment may have been made again. */
function notAsShown(context: DecideContext, part: Pick<DecidedPart, 'effect' | 'input'>): Decision | undefined {
  const { effect, revision } = part.input
  const { inDoubt, abandoned } = part.effect
  const since = (inDoubt ?? abandoned)?.revision
  if (revision === undefined || since === undefined) return undefined
  const head = context.revision - 1
  if (since <= revision && revision <= head) return undefined
  const why = revision > head ? `the agent is at revision ${head}` : `it is in doubt again, since revision ${since}`
  return {
    kind: 'refused',
    error: new RefoldError(
      'NOT_IN_DOUBT',
      `effect ${effect} is not in doubt as revision ${revision} showed it: ${why}`,
      {
        hint: 'Look at it again: `agent.inDoubt()` gives it as it is now.',
        facts: { effect, shown: revision, since },
      },
    ),
  }
}

function notInDoubt(effect: string): Decision {
  return {
    kind: 'refused',
    error: new RefoldError('NOT_IN_DOUBT', `effect ${effect} is not in doubt`, {
      hint: '`agent.inDoubt()` lists those that wait for a decision.',
    }),
  }
}
