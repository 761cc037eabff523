/** Inputs in a cell's line, what becomes of them, and who is told. */
import type { Decision, Recorded } from '../../decide/decision.js'
import { isOutcome, isOwnInput } from '../../decide/inputs.js'
import type { Envelope } from '../../decide/inputs.js'
import { invariant, RefoldError } from '../../errors.js'
import { isJsonObject } from '../../json/json-value.js'
import type { AgentRecorded, EffectFailure } from '../../public/runtime-event.js'
import type { NewRecord } from '../../record/record.js'
import { advance } from '../../record/revision.js'
import type { Expected, Revision } from '../../record/revision.js'
import type { EffectId, StateDocument } from '../../record/state-document.js'

/** What became of a submitted input. */
export type Settlement =
  /** `state` is the one after this very input, and `revision` that of its record. */
  | { readonly kind: 'recorded'; readonly state: StateDocument; readonly revision: Revision }
  | { readonly kind: 'duplicate'; readonly state: StateDocument; readonly revision: Revision }
  | { readonly kind: 'dropped'; readonly why: string }

/** Who wants to know. */
export interface Waiter {
  readonly resolve?: ((settlement: Settlement) => void) | undefined
  readonly reject?: (error: RefoldError) => void
}

export interface Submission {
  readonly envelope: Envelope
  told: Waiter
  conflicts: number
  /** Its caller has heard that it is not stored: it is decided no more. */
  isRefused?: true
}

export interface Batch {
  /** One a submission. */
  readonly decisions: readonly Decision[]
  readonly submissions: readonly Submission[]
  readonly recorded: readonly Recorded[]
}

/** What records say that states do not keep. */
export type WrittenHere = Pick<AgentRecorded, 'written' | 'blockedBy' | 'failed'>

/** Its records, where the chart was when an input of the batch blocked the agent, and what effects failed with. */
export function writtenBy({ recorded }: Batch): WrittenHere {
  const blocking = recorded.find(({ state }) => state.agent.blocked !== undefined)
  const blockedBy = blocking?.record.metadata.refold.body.diagnostics
  const written = recorded.map(({ record }) => record)
  const failures = written.flatMap(failureIn)
  return {
    written,
    ...(blockedBy === undefined ? undefined : { blockedBy }),
    ...(failures.length === 0 ? undefined : { failed: Object.fromEntries(failures) }),
  }
}

function failureIn({ type, data, metadata }: NewRecord): readonly (readonly [EffectId, EffectFailure])[] {
  const { effect } = metadata.refold.input
  if (type !== 'refold.effect.failed' || effect === undefined || !isJsonObject(data)) return []
  return [[effect, data['error'] === undefined ? {} : { error: data['error'] }]]
}

const MAX_CONFLICTS = 50

/** Tells everyone of a batch whose records, if any, are stored: they stand behind `before`, and `state` is what all of them give. */
export function tellSettled(
  batch: Batch,
  { before, state }: { before: Expected; state: StateDocument | undefined },
): void {
  const revisions = new Map<Decision, Revision>(
    batch.recorded.map((recorded, index) => [recorded, advance(before, index + 1)]),
  )
  const head = advance(before, batch.recorded.length)
  batch.decisions.forEach((decision, index) => {
    const told = batch.submissions[index]?.told
    invariant(told !== undefined, 'each decision has its submission')
    if (decision.kind === 'recorded')
      told.resolve?.({ kind: 'recorded', state: decision.state, revision: revisions.get(decision) ?? head })
    else if (decision.kind === 'refused') told.reject?.(decision.error)
    else if (decision.kind === 'dropped') told.resolve?.(decision)
    else if (state !== undefined) told.resolve?.({ kind: 'duplicate', state, revision: head })
  })
}

/** After a conflict: those to be decided again. A caller is told when it happened too often; an outcome never gives up. */
export function toDecideAgain({ submissions }: Batch, stream: string): readonly Submission[] {
  return submissions.filter((submission) => {
    if (submission.isRefused === true) return false
    submission.conflicts++
    if (submission.conflicts <= MAX_CONFLICTS || isOutcome(submission.envelope.input)) return true
    submission.told.reject?.(
      new RefoldError('CONFLICT', `${stream} changed ${MAX_CONFLICTS} times while the input was decided`, {
        hint: 'Send again.',
      }),
    )
    return false
  })
}

/** Callers hear this instead of what becomes of it; the runtime's own inputs wait on. */
export function tellCallers(submissions: readonly Submission[], error: RefoldError): void {
  for (const submission of submissions) {
    if (isOwnInput(submission.envelope.input)) continue
    submission.told.reject?.(error)
    submission.told = {}
  }
}

/** Callers hear that it is not stored, and it is decided no more: those who heard already that no one knows are left alone. */
export function refuseCallers(submissions: readonly Submission[], error: RefoldError): void {
  for (const submission of submissions) {
    if (isOwnInput(submission.envelope.input) || submission.told.reject === undefined) continue
    tellCallers([submission], error)
    submission.isRefused = true
  }
}

/** After a rejection: those to be tried again. Callers are told. */
export function toTryAgain({ submissions }: Batch, error: RefoldError): readonly Submission[] {
  return submissions.filter(({ envelope, told }) => {
    if (isOwnInput(envelope.input)) return true
    told.reject?.(error)
    return false
  })
}
