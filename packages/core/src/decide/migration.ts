/**
 * Migration: the one way an agent gets from one version of its definition to another, and to what a deploy added to states in
 * which it waits: by a record of its own.
 */
import { isRefoldError, RefoldError } from '../errors.js'
import type { StateOperation } from '../json/json-value.js'
import { recordsBefore } from '../record/life.js'
import type { AgentPart, StateDocument } from '../record/state-document.js'
import { incompatibilitiesOf, incompatibilityCode } from '../step/compatibility.js'
import type { Incompatibility } from '../step/compatibility.js'
import type { TreeStep } from '../step/tree-step.js'
import { chartPart } from './agent-part.js'
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
    const { patch, beginsMissing = false } = input
    const { patched, step } = placed(context, { state, agent: ownAgain(state.agent, envelope), patch, beginsMissing })
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

/** What is placed under the chart of `context.definition`. */
export interface ToPlace {
  readonly state: StateDocument
  /** The agent's part, but for its version. */
  readonly agent: AgentPart
  readonly patch: readonly StateOperation[]
  readonly beginsMissing: boolean
}

/** The patched state, and what its placing began and ended. Throws what makes it no state that the chart can be in. */
export function placed(
  context: DecideContext,
  { state, agent, patch, beginsMissing }: ToPlace,
): { readonly patched: StateDocument; readonly step: TreeStep } {
  const { definition } = context
  const placedAgent = { ...agent, version: definition.version, ...chartPart(definition) }
  const patched = { ...patchedState(state, patch), agent: placedAgent }
  const missing = incompatibilitiesOf(definition, patched, { isPlaced: true })
  if (missing.length > 0) throw noPlaceFor(definition, missing)
  const revision = recordsBefore(state) + context.revision
  const step = context.placedTree(patched).place(state, { now: context.now, revision, beginsMissing })
  requireRoom(patched, step)
  return { patched, step }
}

/** A state that the chart of a definition cannot take. */
export function noPlaceFor(
  { name, version }: DecideContext['definition'],
  missing: readonly Incompatibility[],
): RefoldError {
  const hint = `Patch the state so that each has its place: ${missing.map(({ what }) => what).join('; ')}.`
  const message = `version ${version} of ${name} has no place for what the agent holds`
  return new RefoldError(incompatibilityCode(missing), message, { hint, facts: { missing } })
}

/** A worker that has another version cannot perform it any more: then no one owns it. */
function ownAgain(agent: AgentPart, { worker }: Envelope): AgentPart {
  if (agent.owner === undefined || agent.owner === worker) return agent
  const { owner: _owner, ...unowned } = agent
  return { ...unowned, epoch: agent.epoch + 1 }
}

/** Nothing holds it up any more, and nothing that waited is decided. */
export function over({ eventId }: DecideContext, after: StateDocument): StateDocument {
  const { waiting, blocked: _b, paused: _p, cancelling: _c, ...agent } = after.agent
  return withAnswers({ ...after, agent }, waiting ?? [], { sentBy: eventId, ...OVER })
}

function refused(code: 'WRONG_VERSION', message: string): Decision {
  return { kind: 'refused', error: new RefoldError(code, message) }
}
