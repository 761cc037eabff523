/**
 * What a migration would make of an agent, before it is asked for.
 *
 * Invariant: it is decided by the code that decides the migration itself, and not appended.
 */
import { checkMigrationPlan, DEFAULT_LEASE_MS } from '../api/check-options.js'
import { refuseWhilePerformed } from '../api/version-refusals.js'
import { coded } from '../coded.js'
import { decide } from '../decide/decide.js'
import type { Decision } from '../decide/decision.js'
import { internalsOf } from '../definition/define-agent.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { isRefoldError, RefoldError } from '../errors.js'
import type { RefoldErrorCode } from '../errors.js'
import { foldStream } from '../history/fold-stream.js'
import { diff } from '../json/diff.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { agentLog } from '../log/agent-log.js'
import type { Codec } from '../log/codec.js'
import type { MigrateOptions } from '../public/runtime.js'
import { activeStates } from '../record/active-states.js'
import { lengthOf } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import { FailureDetector } from '../runtime/liveness/failure-detector.js'
import type { Store } from '../store/port.js'
import { hydrateTree } from '../step/tree.js'
import { systemWorld } from '../world/system-world.js'
import type { World } from '../world/world.js'
import { PLANNER } from './planned-agent.js'

/** What `planMigration` takes: what `migrate` would be given, and where. */
export interface PlanMigrationOptions extends Pick<MigrateOptions, 'patch' | 'beginMissing'> {
  readonly store: Store
  /** As the workers have them. */
  readonly codecs?: readonly Codec[]
  readonly world?: World
}

/** What would become of one agent. */
export interface PlannedMigration {
  readonly agent: { readonly name: string; readonly id: string }
  /** The version that it is at. */
  readonly from: number
  readonly to: number
  /** Active states: `review`, `work.draft`. */
  readonly active: readonly string[]
  /** What `migrate` would be refused with. Absent: it would move. */
  readonly refused?: {
    readonly code: RefoldErrorCode
    readonly message: string
    readonly facts: Readonly<Record<string, unknown>>
  }
  /** Active states after it. Absent: it is refused. */
  readonly activeAfter?: readonly string[]
  /** From the state document to the one after it, but for the `agent` part (RFC 6902). Absent: it is refused. */
  readonly changes?: readonly PatchOperation[]
}

/**
 * Says what `client.migrate(definition, id, { patch, beginMissing })` would do now, and writes nothing. Code of the chart runs for
 * what would begin; no body does. Rejects with `NOT_FOUND`, `UNREADABLE`, `NEWER_FORMAT`, and what the store throws.
 */
export async function planMigration(
  definition: AgentDefinition,
  id: string,
  options: PlanMigrationOptions,
): Promise<PlannedMigration> {
  return coded({ name: 'planMigration', takes: 3 }, [definition, id, options], () =>
    plan(internalsOf(definition), id, options),
  )
}

async function plan(
  definition: DefinitionInternals,
  id: string,
  options: PlanMigrationOptions,
): Promise<PlannedMigration> {
  checkMigrationPlan(options)
  const { store, codecs, world = systemWorld, patch = [], beginMissing = false } = options
  const stream = `${definition.name}-${id}`
  const { state, head } = await foldStream(agentLog(store, { codecs }), stream)
  if (state === undefined || head === 'no_stream')
    throw new RefoldError('NOT_FOUND', `there is no agent ${JSON.stringify(stream)}`, { facts: { stream } })
  const from = state.agent.version
  const planned = {
    agent: { name: definition.name, id },
    from,
    to: definition.version,
    active: activeStates(state.root),
  }
  const input = { kind: 'migrated', from, patch, ...(beginMissing ? { beginsMissing: true } : undefined) } as const
  try {
    const owners = new FailureDetector({ store, world, leaseMs: DEFAULT_LEASE_MS })
    await refuseWhilePerformed(stream, { state, owners, worker: PLANNER })
    const place = { definition, now: world.clock.now(), revision: lengthOf(head) }
    const decision = decideOn(state, { ...place, envelope: { input, worker: PLANNER } })
    if (decision.kind === 'refused') throw decision.error
    if (decision.kind !== 'recorded') return planned
    return {
      ...planned,
      activeAfter: activeStates(decision.state.root),
      changes: changesBetween(state, decision.state),
    }
  } catch (error) {
    if (!isRefoldError(error)) throw error
    const { code, message, facts } = error
    return { ...planned, refused: { code, message, facts } }
  }
}

interface Deciding {
  readonly definition: DefinitionInternals
  readonly now: number
  readonly revision: number
  readonly envelope: Parameters<typeof decide>[1]
}

function decideOn(state: StateDocument, { definition, now, revision, envelope }: Deciding): Decision {
  const agentId = state.agent.id
  const options = { agentId, onActorSend: () => {}, onLog: () => {} }
  const tree = (): never => {
    throw new TypeError('a migration asks the patched tree')
  }
  const placedTree = (patched: StateDocument) => hydrateTree(definition, patched, { ...options, isPlaced: true })
  const place = { agentId, revision, now, at: now, eventId: PLANNER, maxWaiting: 0 }
  return decide({ definition, state, tree, placedTree, ...place }, envelope)
}

/** Refold's own part says the version, which is told by itself. */
function changesBetween(
  { agent: _from, ...before }: StateDocument,
  { agent: _to, ...after }: StateDocument,
): PatchOperation[] {
  return diff(before as unknown as JsonValue, after as unknown as JsonValue, { path: '' }) // an interface has no index signature
}
