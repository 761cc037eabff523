/** The agent's own part of its state: as it begins, and what a pause puts into it. */
import { copyOf } from '../record/large-members.js'
import type { AgentPart, StateDocument } from '../record/state-document.js'
import type { ChartInput } from '../step/tree-step.js'
import type { DecideFacts } from './context.js'
import type { Envelope } from './inputs.js'

type Started = Extract<ChartInput, { readonly kind: 'started' }>

/** Of an agent that is started, by a caller or by another agent's message. */
export function firstAgentPart(context: DecideFacts, envelope: Envelope, by: Started['by']): AgentPart {
  const { definition } = context
  const owned = envelope.epoch !== undefined
  return {
    definition: definition.name,
    version: definition.version,
    ...chartPart(definition),
    id: context.agentId,
    incarnation: context.eventId,
    epoch: envelope.epoch ?? 0,
    ...(owned ? { owner: envelope.worker } : undefined),
    ...(envelope.held === undefined ? undefined : { paused: pausedPart(context, { ...envelope.held, bulk: true }) }),
    ...(by === undefined ? undefined : { reportsTo: reportsTo(by) }),
  }
}

/** The state with another part of the agent's own. */
export function withAgent(state: StateDocument, agent: AgentPart): StateDocument {
  return agent === state.agent ? state : Object.assign(copyOf(state), { agent })
}

/** Which chart decides the agent from here on. What was secret under the one before stays so. */
export function chartPart({
  fingerprint,
  hasSecrets,
}: Pick<DecideFacts['definition'], 'fingerprint' | 'hasSecrets'>): Pick<AgentPart, 'fingerprint' | 'hasSecrets'> {
  return { fingerprint, ...(hasSecrets ? { hasSecrets: true } : undefined) }
}

/** Since when, by whom and why an agent is paused. */
export function pausedPart(
  { now }: Pick<DecideFacts, 'now'>,
  { by, reason, bulk }: { readonly by?: string; readonly reason?: string; readonly bulk?: true | undefined },
): NonNullable<AgentPart['paused']> {
  return {
    at: now,
    ...(by === undefined ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
    ...(bulk === undefined ? undefined : { bulk }),
  }
}

function reportsTo({ from, done, failed }: NonNullable<Started['by']>): NonNullable<AgentPart['reportsTo']> {
  return {
    agent: from,
    ...(done === undefined ? undefined : { done }),
    ...(failed === undefined ? undefined : { failed }),
  }
}
