/** `createRuntime`: one process's way to its agents. */
import type { AgentDefinition, NameOf } from '../definition/agent-types.js'
import { invalidId } from '../definition/invalid-id.js'
import { coded } from '../coded.js'
import { agentLog } from '../log/agent-log.js'
import { answeringInTime } from '../log/answer-in-time.js'
import type { Report } from '../public/report.js'
import { EventHub } from '../runtime/events/event-hub.js'
import { logObserver, reportingObserver } from '../runtime/events/own-observers.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { Runtime, RuntimeOptions } from '../public/runtime.js'
import { Registry } from '../runtime/cell/registry.js'
import type { Worker } from '../public/worker.js'
import { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { guardedLogger } from '../world/guarded-logger.js'
import { systemWorld } from '../world/system-world.js'
import type { World } from '../world/world.js'
import { OpenRuntime } from './open-runtime.js'
import { checkRuntimeOptions, DEFAULT_LEASE_MS } from './check-options.js'

const DEFAULT_SNAPSHOT_EVERY = 200
const DEFAULT_KEEP_IDLE = 64
const DEFAULT_TAKEOVER_AFTER_MS = 500
const DEFAULT_CLOSE_GRACE_MS = 20_000

/**
 * Opens a process's runtime on a store: its agents go on from where they stand. The runtime owns the store and closes
 * it. Rejects with `INVALID_INPUT` for options that make no sense, and with what the store says when it cannot be
 * reached at all.
 */
export async function createRuntime<const D extends AgentDefinition>(
  options: RuntimeOptions<D>,
): Promise<Runtime<NameOf<D>>> {
  return coded({ name: 'createRuntime', takes: 1 }, [options], async () => {
    checkRuntimeOptions(options)
    return openRuntime(options)
  })
}

/** What was given makes sense: opens it. */
export async function openRuntime<const D extends AgentDefinition>(
  options: RuntimeOptions<D>,
): Promise<Worker<NameOf<D>>> {
  const world = guardedWorld(options.world ?? systemWorld)
  const worker = options.worker === false ? {} : (options.worker ?? {})
  const leaseDurationMs = worker.leaseDurationMs ?? DEFAULT_LEASE_MS
  const { codecs, upcasters, projections } = options
  const store = answeringInTime(options.store, world.clock)
  const isOwn = projections !== undefined && projections !== options.store
  const runtime = new WorkerRuntime({
    store,
    projections: isOwn ? answeringInTime(projections, world.clock) : store,
    log: agentLog(store, { codecs, upcasters }),
    registry: new Registry(options.agents),
    world,
    events: eventsOf(options, world),
    worker: workerId(worker.id, world),
    performs: options.worker !== false,
    leaseDurationMs,
    heartbeatEveryMs: worker.heartbeatEveryMs ?? Math.max(1, Math.floor(leaseDurationMs / 3)),
    snapshotEveryEvents: options.snapshots?.everyEvents ?? DEFAULT_SNAPSHOT_EVERY,
    keepIdle: DEFAULT_KEEP_IDLE,
    closeGraceMs: worker.closeGraceMs ?? DEFAULT_CLOSE_GRACE_MS,
    takeoverAfterMs: worker.takeoverAfterMs ?? DEFAULT_TAKEOVER_AFTER_MS,
    releaseOnSignal: worker.releaseOnSignal ?? true,
    capacity: worker.capacity ?? Number.POSITIVE_INFINITY,
  })
  const opened = new OpenRuntime(runtime, options)
  await opened.open()
  return opened
}

/** The same world; its logger cannot throw into what it is told of. */
function guardedWorld(world: World): World {
  const { clock, logger, keepAlive, onEndSignal } = world
  return {
    clock,
    random: () => world.random(),
    newId: () => world.newId(),
    logger: guardedLogger(logger),
    ...(keepAlive === undefined ? undefined : { keepAlive: () => keepAlive.call(world) }),
    ...(onEndSignal === undefined ? undefined : { onEndSignal: (release) => onEndSignal.call(world, release) }),
  }
}

/** What happens is told to the log, to the user's listeners, and to the user's observers. */
function eventsOf({ observers = [], onReport, onTakeover }: ObservedOptions, { logger }: World): EventHub<AgentCell> {
  const logReport = ({ message, code, agent, facts }: Report): void =>
    logger.log(code === 'BLOCKED' ? 'error' : 'warn', message, { code, agent, ...facts })
  const failed = (name: string, error: unknown): void => logger.log('error', `${name} threw`, { error })
  const listeners = reportingObserver({ onReport: onReport ?? logReport, onTakeover }, failed)
  return new EventHub({ observers, own: [logObserver(logger), listeners], logger })
}

type ObservedOptions = Pick<RuntimeOptions, 'observers' | 'onReport' | 'onTakeover'>

/** Never the same for two processes, whatever name the user gives: owner ids are what fencing stands on. */
function workerId(name: string | undefined, world: World): string {
  const id = world.newId()
  if (name === undefined) return id
  if (typeof name !== 'string' || !WORKER_NAME.test(name))
    throw invalidId(name, { what: 'worker id', hint: 'It has 1 to 100 letters, digits or . _ -' })
  return `${name}.${id.slice(0, 13)}`
}

const WORKER_NAME = /^[\w.-]{1,100}$/
