/** The first record of a fork: what its origin was at a revision, or another start in its place. */
import { addressOf } from '../definition/agent-address.js'
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonObject } from '../json/json-value.js'
import { recordsBefore } from '../record/life.js'
import type { StateDocument } from '../record/state-document.js'
import { incompatibilitiesOf } from '../step/compatibility.js'
import type { TreeStep } from '../step/tree-step.js'
import { pausedPart } from './agent-part.js'
import { stateAfter } from './chart-inputs.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import { notesIn, takenOver } from './forked-state.js'
import type { Envelope, Forked } from './inputs.js'
import { noPlaceFor, over, placed } from './migration.js'
import { requireRoom } from './outbox.js'

/** Throws nothing: what cannot be forked is refused, and nothing is recorded. */
export function decideForked(context: DecideContext, envelope: Envelope, forked: Forked): Decision {
  try {
    const { after, step } =
      forked.start === undefined ? goingOn(context, envelope, forked) : startedAgain(context, envelope, forked)
    return compose(context, envelope, {
      type: 'refold.forked',
      data: dataOf(forked, { definition: context.definition, after }),
      after,
      input: { kind: 'forked' },
      ...(step === undefined ? undefined : { step }),
      causationId: forked.from.event,
    })
  } catch (error) {
    if (isRefoldError(error)) return { kind: 'refused', error }
    const message = 'what the fork begins threw'
    return { kind: 'refused', error: new RefoldError('EVENT_REFUSED', message, { cause: error }) }
  }
}

interface Made {
  readonly after: StateDocument
  readonly step?: TreeStep
}

/** Under the origin's version the state stands as it is; under another one, or patched, it is placed as by a migration. */
function goingOn(context: DecideContext, envelope: Envelope, forked: Forked): Made {
  const { definition } = context
  const taken = takenOver(context, envelope, forked)
  const { patch = [], beginsMissing = false } = forked
  if (taken.agent.version === definition.version && patch.length === 0 && !beginsMissing) {
    const missing = incompatibilitiesOf(definition, taken)
    if (missing.length > 0) throw noPlaceFor(definition, missing)
    return { after: taken }
  }
  const { patched, step } = placed(context, { state: taken, agent: taken.agent, patch, beginsMissing })
  const input = { kind: 'migrated', from: taken.agent.version, patch } as const
  const after = stateAfter({ ...context, state: patched }, envelope, { input, step, dedup: undefined })
  return { after: after.root.status === undefined ? after : over(context, after), step }
}

/** Nothing is taken over from the origin. */
function startedAgain(context: DecideContext, envelope: Envelope, { start, from }: Forked): Made {
  const input = { kind: 'started', input: start?.input } as const
  const step = context.tree().step(input, { now: context.now, revision: context.revision })
  requireRoom(undefined, step)
  const first = stateAfter(context, envelope, { input, step, dedup: undefined })
  const forked = { from: from.stream, revision: from.revision, records: 0 }
  const paused = first.root.status === undefined ? { paused: pausedPart(context, notesIn(envelope)) } : undefined
  return { after: { ...first, agent: { ...first.agent, forked, ...paused } }, step }
}

interface Forking {
  readonly definition: DecideContext['definition']
  readonly after: StateDocument
}

/** What was asked for, and what those ask who see no state: how long its life is, and what waits for a person in it. */
function dataOf(forked: Forked, { definition, after }: Forking): JsonObject {
  const { from, start, state, keys, timers, run, patch = [], beginsMissing = false } = forked
  const link = { from: { ...addressOf(from.stream) }, revision: from.revision, records: recordsBefore(after) }
  if (start !== undefined) return { ...link, ...(start.input === undefined ? undefined : { input: start.input }) }
  const inDoubt = doubtsIn(after)
  return {
    ...link,
    keys,
    timers,
    ...(run.length === 0 ? undefined : { run }),
    ...(inDoubt.length === 0 ? undefined : { inDoubt }),
    ...(state.agent.version === definition.version ? undefined : { version: state.agent.version }),
    ...(patch.length === 0 ? undefined : { patch }), // checked, and JSON
    ...(beginsMissing ? { beginMissing: true } : undefined),
  }
}

function doubtsIn({ effects }: StateDocument): JsonObject[] {
  return Object.entries(effects).flatMap(([effect, { src, inDoubt }]) =>
    inDoubt === undefined ? [] : [{ effect, src, why: inDoubt.why }],
  )
}
