/**
 * What a worker makes of an agent. The takeover acts on it, the recovery plan tells it: both ask here, so that the plan is
 * what would happen.
 */
import { isSuspected } from '../../decide/claims.js'
import type { ClaimReason, Envelope } from '../../decide/inputs.js'
import { hasMail } from '../../decide/outbox.js'
import { pendingOf, statusOf, workOf } from '../../decide/summary.js'
import type { DefinitionInternals } from '../../definition/internals.js'
import type { AgentPart, StateDocument } from '../../record/state-document.js'
import { missingPlaces } from '../../step/place.js'
import type { MissingPlace } from '../../step/place.js'
import type { DirectoryEntry } from '../../store/port.js'
import type { Verdict } from '../liveness/failure-detector.js'
import type { Registry } from '../cell/registry.js'

/** What the directory alone tells. `work`: look at the agent itself. */
export type EntryJudgement = 'ended' | 'unregistered' | 'idle' | 'paused' | 'work'

export function judgeEntry(
  { status, pending, condition, definition, version }: DirectoryEntry,
  registry: Registry,
): EntryJudgement {
  if (status !== 'active' && pending === 0) return 'ended' // else it has messages to deliver
  if (registry.find(definition, version) === undefined) return 'unregistered'
  if (pending === 0) return 'idle'
  return condition === 'paused' ? 'paused' : 'work'
}

/** How a suspect is tried: beside others, or, when it died on trial before, with nothing else beginning. */
export type Trial = 'beside' | 'alone'

/** What the agent's state tells a worker that does not own it. */
export type StateJudgement =
  | { readonly kind: 'nothing to do' }
  | { readonly kind: 'owned' }
  | { readonly kind: 'misfit'; readonly missing: readonly MissingPlace[] }
  | { readonly kind: 'claim'; readonly why: ClaimReason; readonly trial: Trial | undefined }

export interface JudgeOptions {
  readonly definition: DefinitionInternals
  /** How it is known that nobody performs the agent; `undefined`: somebody may. Asked only when it matters. */
  readonly whyFree: () => Promise<ClaimReason | undefined>
}

export async function judgeState(state: StateDocument, { definition, whyFree }: JudgeOptions): Promise<StateJudgement> {
  const isActive = statusOf(state) === 'active'
  const hasWork = isActive && (pendingOf(state) > 0 || state.agent.waiting !== undefined)
  if (!hasWork && !hasMail(state)) return { kind: 'nothing to do' }
  const why = await whyFree()
  if (why === undefined) return { kind: 'owned' }
  if (!isActive) return { kind: 'claim', why, trial: undefined } // to deliver its messages no chart is asked
  const missing = missingPlaces(definition, state)
  if (missing.length > 0) return { kind: 'misfit', missing }
  return { kind: 'claim', why, trial: isSuspected(state) ? trialOf(state.agent) : undefined }
}

function trialOf({ suspicion }: AgentPart): Trial {
  return (suspicion?.trials ?? 0) > 0 ? 'alone' : 'beside'
}

/** How it is known that nobody performs an agent, given what is known of its owner. */
export function reasonToClaim({ owner, released }: AgentPart, verdict: Verdict | undefined): ClaimReason | undefined {
  if (owner === undefined) return released === undefined ? 'unowned' : 'released'
  switch (verdict) {
    case undefined:
    case 'alive':
      return undefined
    case 'gone':
      return 'closed'
    case 'dead':
      return 'ended'
    case 'silent':
      return 'silent'
  }
}

/** The claim as it is submitted. */
export function claimOf(
  state: StateDocument,
  { worker, why, trial }: { readonly worker: string; readonly why: ClaimReason; readonly trial: Trial | undefined },
): Envelope {
  const { owner } = state.agent
  const died = workOf(state) > 0 && (why === 'ended' || why === 'silent')
  return {
    input: {
      kind: 'claimed',
      worker,
      why,
      ...(trial === undefined ? undefined : { trial }),
      ...(owner === undefined ? undefined : { previous: owner }),
      ...(died ? { died } : undefined),
    },
    worker,
  }
}
