/**
 * The recovery plan: what a process with these definitions would do if it began to perform now.
 *
 * Invariants: nothing is written, no body and no chart is run; what the takeover would judge and record is judged by the
 * same code, and decided without an append.
 */
import type { AgentDefinition } from '../definition/agent-types.js'
import { coded } from '../coded.js'
import { isRefoldError, RefoldError } from '../errors.js'
import { NotBegun } from '../runtime/takeover/not-begun.js'
import { Holds } from '../runtime/limits/holds.js'
import { inParallel } from '../world/in-parallel.js'
import { assessEntry } from '../runtime/takeover/policy.js'
import { heartbeatRegister } from '../runtime/liveness/lease.js'
import { FailureDetector } from '../runtime/liveness/failure-detector.js'
import type { RecoveryPlan } from '../public/plan.js'
import { foldStream } from '../history/fold-stream.js'
import { agentLog } from '../log/agent-log.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Codec } from '../log/codec.js'
import { SILENT } from '../runtime/events/event-hub.js'
import { Lifecycle } from '../runtime/liveness/lifecycle.js'
import { Registry } from '../runtime/cell/registry.js'
import type { DirectoryEntry, Store } from '../store/port.js'
import { systemWorld } from '../world/system-world.js'
import type { World } from '../world/world.js'
import { checkOptions, optionRule } from '../option-values.js'
import { checkRuntimeOptions, DEFAULT_LEASE_MS } from '../api/check-options.js'
import { PLANNER, planAgent } from './planned-agent.js'
import type { AgentPlan, PlanContext } from './planned-agent.js'

/** What `planRecovery` takes: as `createRuntime` does. */
export interface PlanOptions {
  readonly store: Store
  readonly agents: readonly AgentDefinition[]
  readonly world?: World
  /** As the workers have them: what is encoded cannot be read without. */
  readonly codecs?: readonly Codec[]
  /** The lease of owners that do not tell their own. Default 10,000. */
  readonly leaseDurationMs?: number
}

type Lists = Omit<{ -readonly [K in keyof RecoveryPlan]: RecoveryPlan[K] }, 'at' | 'holds'>

/**
 * Says what a runtime with these options would do now, and writes nothing. The store stays open. An owner whose death is not
 * proven counts as living: no single look can tell silence from life. Costs a fold of each agent that
 * is active.
 */
export async function planRecovery(options: PlanOptions): Promise<RecoveryPlan> {
  return coded({ name: 'planRecovery', takes: 1 }, [options], () => plan(options))
}

const { any } = optionRule

async function plan(options: PlanOptions): Promise<RecoveryPlan> {
  checkOptions(options, { store: any, agents: any, world: any, codecs: any, leaseDurationMs: any }) // looked at as a runtime's
  const { store, agents, codecs, world = systemWorld, leaseDurationMs = DEFAULT_LEASE_MS } = options
  checkRuntimeOptions({ store, agents, world, codecs, worker: { leaseDurationMs } })
  const at = world.clock.now()
  const registry = new Registry(agents)
  const log = agentLog(store, { codecs })
  const holds = new Holds({ log, world, worker: PLANNER, events: SILENT, lifecycle: new Lifecycle() })
  await holds.read()
  const owners = new FailureDetector({ store, world, leaseMs: leaseDurationMs })
  const context: PlanContext = {
    now: at,
    owners,
    notBegun: new NotBegun(log),
    lastBeatOf: (owner) => store.registers.get(heartbeatRegister(owner)),
  }
  const lists = emptyLists()
  for await (const entries of toPlan(store)) {
    const plans = new Map<DirectoryEntry, AgentPlan>()
    await inParallel(entries, async (entry) => plans.set(entry, await planOf(entry, { context, registry, log })))
    for (const entry of entries) add(lists, plans.get(entry) ?? {})
  }
  return { at, ...lists, holds: holds.standing }
}

/** Agents that are active, and those that have ended and still have messages to deliver. */
async function* toPlan(store: Store): AsyncGenerator<readonly DirectoryEntry[]> {
  yield* store.directory.find({ status: 'active' })
  for await (const page of store.directory.find({ pending: true }))
    yield page.filter(({ status }) => status !== 'active')
}

function isMoreThanParked({ pending, inDoubt, condition, nextDueAt = Infinity }: DirectoryEntry, now: number): boolean {
  return pending > 0 || inDoubt > 0 || condition !== 'running' || nextDueAt <= now
}

interface Planning {
  readonly context: PlanContext
  readonly registry: Registry
  readonly log: AgentLog
}

/** One agent's trouble is part of the plan, also that its stream cannot be read for now. */
async function planOf(entry: DirectoryEntry, { context, registry, log }: Planning): Promise<AgentPlan> {
  const { stream, definition: name, version, id, active } = entry
  const agent = { name, id }
  if (!registry.names.includes(name) || assessEntry(entry, registry) === 'unregistered') {
    if (!registry.names.includes(name))
      return isMoreThanParked(entry, context.now) ? { unregistered: { [name]: 1 } } : {}
    const message = `${stream} has version ${version}, which is not registered here`
    return { troubled: [{ agent, version, active, code: 'NEEDS_MIGRATION', message, facts: { version } }] }
  }
  try {
    const { state } = await foldStream(log, stream)
    if (state === undefined) return {}
    const definition = state.root.status === undefined ? registry.get(name, version) : registry.ofEnded(name, version)
    return await planAgent({ agent, state, definition }, context)
  } catch (error) {
    if (isRefoldError(error, 'CLOSED')) throw error
    const { code, message, facts } = isRefoldError(error)
      ? error
      : new RefoldError('INVARIANT', error instanceof Error ? error.message : String(error))
    return { troubled: [{ agent, version, active, code, message, facts }] }
  }
}

function emptyLists(): Lists {
  return {
    resumed: [],
    inDoubt: [],
    overdue: [],
    blocked: [],
    troubled: [],
    notBegun: [],
    owned: [],
    paused: [],
    unregistered: {},
  }
}

function add(lists: Lists, plan: AgentPlan): void {
  const { unregistered = {}, ...own } = plan
  for (const [name, count] of Object.entries(unregistered))
    lists.unregistered = { ...lists.unregistered, [name]: (lists.unregistered[name] ?? 0) + count }
  for (const [list, items] of Object.entries(own)) (lists[list as keyof typeof own] as unknown[]).push(...items)
}
