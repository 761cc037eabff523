/**
 * Claims and releases: how an agent gets another owner, and what the death of the one before says about the agent itself.
 *
 * Invariants: exactly one claimant wins, by the expected revision and the owner it found; a begun never-retry attempt
 * of the old owner is in doubt from the claim, or its own release, on; an agent whose owners died twice without an outcome between is suspected,
 * and one that dies with its worker while it was tried alone is blocked: a poison agent harms its neighbours only so often.
 */
import { RefoldError } from '../errors.js'
import type { JsonObject } from '../json/json-value.js'
import { toErrorData } from '../record/error-data.js'
import type { AgentPart, EffectDocument, StateDocument, Suspicion } from '../record/state-document.js'
import type { DecideContext } from './context.js'
import { mayHaveHappened } from './effects-part.js'
import type { Claimed, Envelope } from './inputs.js'

/** Owner deaths in a row, without an outcome, from which on an agent is tried by itself. */
const SUSPECTED_DEATHS = 2

type ClaimChange = { readonly after: StateDocument; readonly data: JsonObject } | { readonly refused: RefoldError }

export function claimed(context: DecideContext, state: StateDocument, input: Claimed): ClaimChange {
  const { agent } = state
  if (agent.owner !== input.previous) {
    return {
      refused: new RefoldError('NOT_OWNER', `the agent is owned by ${agent.owner ?? 'no one'}`, {
        facts: { owner: agent.owner },
      }),
    }
  }
  const { released: _released, ...rest } = agent
  const owned: AgentPart = { ...rest, owner: input.worker, epoch: agent.epoch + 1 }
  const { effects, doubts } = interrupted(context, state)
  const after = { ...state, agent: withSuspicion(owned, context, input), effects }
  const data = {
    worker: input.worker,
    ...(input.previous === undefined ? undefined : { previous: input.previous }),
    ...(input.why === undefined ? undefined : { why: input.why }),
    ...(input.probation === undefined ? undefined : { probation: input.probation }),
    ...doubts,
  }
  return { after, data }
}

/** No one owns the agent any more, and the epoch is over: what the old owner still submits is judged as late. */
export function released(context: DecideContext, state: StateDocument, { worker, by, reason }: Envelope): ClaimChange {
  const { owner: _owner, ...rest } = state.agent
  const released = {
    at: context.now,
    worker,
    ...(by === undefined ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
  }
  const { effects, doubts } = interrupted(context, state)
  return {
    after: {
      ...state,
      agent: { ...rest, epoch: state.agent.epoch + 1, released },
      effects,
    },
    data: { worker, ...doubts },
  }
}

/** The suspect's worker has outlived its probation: a later death is not laid to the probation. Suspected it is until its next outcome. */
export function cleared(state: StateDocument): ClaimChange {
  const { agent } = state
  if (agent.suspicion?.probation === undefined)
    return { refused: new RefoldError('ALREADY_SO', 'the agent is not on probation') }
  const { probation, ...counts } = agent.suspicion
  const suspicion: Suspicion = { ...counts, clearances: (counts.clearances ?? 0) + 1 }
  return { after: { ...state, agent: { ...agent, suspicion } }, data: { probation } }
}

interface Interrupted {
  readonly effects: StateDocument['effects']
  /** For those who see no state: which effects are in doubt from this record on. */
  readonly doubts: { readonly inDoubt?: JsonObject[] }
}

function interrupted(context: DecideContext, state: StateDocument): Interrupted {
  const effects: { [effect: string]: EffectDocument } = {}
  const inDoubt: JsonObject[] = []
  for (const [id, effect] of Object.entries(state.effects)) {
    const doubt =
      effect.inDoubt === undefined && effect.abandoned === undefined && mayHaveHappened(effect, context.definition)
    effects[id] = doubt
      ? { ...effect, inDoubt: { since: context.now, revision: context.revision, why: 'interrupted' } }
      : effect
    if (doubt) inDoubt.push({ effect: id, src: effect.src, why: 'interrupted' })
  }
  return inDoubt.length === 0 ? { effects: state.effects, doubts: {} } : { effects, doubts: { inDoubt } }
}

function withSuspicion(agent: AgentPart, context: DecideContext, input: Claimed): AgentPart {
  const before: Suspicion = agent.suspicion ?? { deaths: 0, probations: 0 }
  const { suspicion: _suspicion, ...rest } = agent
  if (input.died !== true)
    return input.probation === undefined || agent.suspicion === undefined
      ? agent
      : { ...rest, suspicion: { ...before, probation: input.probation } }
  const { probation, ...counts } = before
  const after: Suspicion = {
    ...counts,
    deaths: before.deaths + 1,
    probations: before.probations + (probation === undefined ? 0 : 1),
  }
  if (probation === 'isolated')
    return {
      ...rest,
      suspicion: after,
      blocked: agent.blocked ?? { at: context.now, error: toErrorData(deadly(after.deaths)) },
    }
  return { ...rest, suspicion: input.probation === undefined ? after : { ...after, probation: input.probation } }
}

function deadly(deaths: number): RefoldError {
  return new RefoldError(
    'POISON_AGENT',
    `${deaths} workers died while they performed this agent, the last one while it performed nothing else`,
    {
      hint: 'Find out what its effects do to the process, then `retry` the agent.',
    },
  )
}

/** One that has ended runs nothing that could end a worker. */
export function isSuspected({ agent, root }: StateDocument): boolean {
  if (agent.blocked !== undefined || root.status !== undefined) return false
  return (agent.suspicion?.deaths ?? 0) >= SUSPECTED_DEATHS
}

/** Whether no effect of the agent may begin: it was found to kill its workers. */
export function isQuarantined(state: StateDocument): boolean {
  return state.agent.blocked?.error.code === 'POISON_AGENT'
}

/** The agent's part once an outcome is known: whatever killed its owners, it was not this. */
export function unsuspected(agent: AgentPart): AgentPart {
  if (agent.suspicion === undefined) return agent
  const { suspicion: _suspicion, ...rest } = agent
  return rest
}
