/**
 * What a worker makes of an agent. The takeover acts on it, the recovery plan tells it: both ask here, so that the plan is
 * what would happen.
 */
import { isSuspected } from '../../decide/claims.js'
import type { ClaimReason, Envelope } from '../../decide/inputs.js'
import { hasOutbox } from '../../decide/outbox.js'
import { pendingOf, statusOf, workOf } from '../../decide/summary.js'
import type { DefinitionInternals } from '../../definition/internals.js'
import type { AgentPart, StateDocument } from '../../record/state-document.js'
import { incompatibilitiesOf } from '../../step/compatibility.js'
import type { Incompatibility } from '../../step/compatibility.js'
import type { DirectoryEntry } from '../../store/port.js'
import type { Verdict } from '../liveness/failure-detector.js'
import type { Registry } from '../cell/registry.js'

/** What the directory alone tells. `work`: look at the agent itself. */
export type EntryAssessment = 'ended' | 'unregistered' | 'idle' | 'paused' | 'work'

export function assessEntry(
  { status, pending, condition, definition, version }: DirectoryEntry,
  registry: Registry,
): EntryAssessment {
  if (status !== 'active') {
    if (pending === 0) return 'ended'
    return registry.names.includes(definition) ? 'work' : 'unregistered' // its messages are delivered without its chart
  }
  if (registry.find(definition, version) === undefined) return 'unregistered'
  if (pending === 0) return 'idle'
  return condition === 'paused' ? 'paused' : 'work'
}

/** How a suspect is tried: beside others, or, when it died on probation before, with nothing else beginning. */
export type ProbationKind = 'shared' | 'isolated'

/** What the agent's state tells a worker that does not own it. */
export type StateAssessment =
  | { readonly kind: 'nothing to do' }
  | { readonly kind: 'owned' }
  | { readonly kind: 'incompatible'; readonly missing: readonly Incompatibility[] }
  | { readonly kind: 'claim'; readonly why: ClaimReason; readonly probation: ProbationKind | undefined }

export interface AssessOptions {
  readonly definition: DefinitionInternals
  /** How it is known that no one performs the agent; `undefined`: someone may. Asked only when it matters. */
  readonly whyFree: () => Promise<ClaimReason | undefined>
}

export async function assessState(
  state: StateDocument,
  { definition, whyFree }: AssessOptions,
): Promise<StateAssessment> {
  const isActive = statusOf(state) === 'active'
  const hasWork = isActive && (pendingOf(state) > 0 || state.agent.waiting !== undefined)
  if (!hasWork && !hasOutbox(state)) return { kind: 'nothing to do' }
  const why = await whyFree()
  if (why === undefined) return { kind: 'owned' }
  if (!isActive) return { kind: 'claim', why, probation: undefined } // to deliver its messages no chart is asked
  const missing = incompatibilitiesOf(definition, state)
  if (missing.length > 0) return { kind: 'incompatible', missing }
  return { kind: 'claim', why, probation: probationOf(state) }
}

/** How an agent is to be tried; `undefined`: it is no suspect. */
export function probationOf(state: StateDocument): ProbationKind | undefined {
  if (!isSuspected(state)) return undefined
  return (state.agent.suspicion?.probations ?? 0) > 0 ? 'isolated' : 'shared'
}

/** How it is known that no one performs an agent, given what is known of its owner. */
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
  {
    worker,
    why,
    probation,
  }: { readonly worker: string; readonly why: ClaimReason; readonly probation: ProbationKind | undefined },
): Envelope {
  const { owner } = state.agent
  const died = workOf(state) > 0 && (why === 'ended' || why === 'silent')
  return {
    input: {
      kind: 'claimed',
      worker,
      why,
      ...(probation === undefined ? undefined : { probation }),
      ...(owner === undefined ? undefined : { previous: owner }),
      ...(died ? { died } : undefined),
    },
    worker,
  }
}
