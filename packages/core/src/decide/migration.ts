/**
 * Migration: the one way an agent gets from one version of its definition to another, and to what a deploy added to states in
 * which it waits: by a record of its own.
 */
import { isRefoldError, RefoldError } from '../errors.js'
import type { AgentPart, StateDocument } from '../record/state-document.js'
import { incompatibilitiesOf, incompatibilityCode } from '../step/compatibility.js'
import type { TreeStep } from '../step/tree-step.js'
import { stateAfter } from './chart-inputs.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import type { Envelope, Migrated } from './inputs.js'
import { OVER, requireRoom, withAnswers } from './outbox.js'
import { patchedState } from './patched-state.js'

/**
 * The agent goes on under `context.definition`, if its chart has a place for all that the patched state holds. What the patch
 * made it leave ends, what it made it reach begins, and a final state ends it.
 */
export function decideMigrated(
  context: DecideContext,
  envelope: Envelope,
  { state, input }: { readonly state: StateDocument; readonly input: Migrated },
): Decision {
  const { version } = context.definition
  if (state.agent.version !== input.from)
    return refused('WRONG_VERSION', `the agent is at version ${state.agent.version}, not ${input.from}`)
  try {
    const { patched, step } = placed(context, envelope, { state, input })
    const after = stateAfter({ ...context, state: patched }, envelope, { input, step, dedup: undefined })
    const flag = input.beginsMissing === true ? { beginMissing: true } : undefined
    return compose(context, envelope, {
      type: 'refold.migrated',
      data: { from: input.from, to: version, patch: input.patch as never, ...flag }, // checked, and JSON
      after: after.root.status === undefined ? after : over(context, after),
      input: { kind: 'migrated' },
      step,
    })
  } catch (error) {
    if (isRefoldError(error)) return { kind: 'refused', error }
    return {
      kind: 'refused',
      error: new RefoldError('EVENT_REFUSED', 'what the migration begins threw', { cause: error }),
    }
  }
}

function placed(
  context: DecideContext,
  envelope: Envelope,
  { state, input }: { readonly state: StateDocument; readonly input: Migrated },
): { readonly patched: StateDocument; readonly step: TreeStep } {
  const { version, fingerprint, name } = context.definition
  const patched = { ...patchedState(state, input.patch), agent: ownAgain(state.agent, envelope) }
  patched.agent = { ...patched.agent, version, fingerprint }
  const missing = incompatibilitiesOf(context.definition, patched, { isPlaced: true })
  if (missing.length > 0) {
    const hint = `Patch the state so that each has its place: ${missing.map(({ what }) => what).join('; ')}.`
    const message = `version ${version} of ${name} has no place for what the agent holds`
    throw new RefoldError(incompatibilityCode(missing), message, { hint, facts: { missing } })
  }
  const beginsMissing = input.beginsMissing === true
  const step = context.placedTree(patched).place(state, { now: context.now, revision: context.revision, beginsMissing })
  requireRoom(patched, step)
  return { patched, step }
}

/** A worker that has another version cannot perform it any more: then no one owns it. */
function ownAgain(agent: AgentPart, { worker }: Envelope): AgentPart {
  if (agent.owner === undefined || agent.owner === worker) return agent
  const { owner: _owner, ...unowned } = agent
  return { ...unowned, epoch: agent.epoch + 1 }
}

/** Nothing holds it up any more, and nothing that waited is decided. */
function over({ eventId }: DecideContext, after: StateDocument): StateDocument {
  const { waiting, blocked: _b, paused: _p, cancelling: _c, ...agent } = after.agent
  return withAnswers({ ...after, agent }, waiting ?? [], { sentBy: eventId, ...OVER })
}

function refused(code: 'WRONG_VERSION', message: string): Decision {
  return { kind: 'refused', error: new RefoldError(code, message) }
}
