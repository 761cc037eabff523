/** What a process is opened with. What makes no sense is refused before anything is done. */
import { checkCodecs } from '../definition/check-codecs.js'
import { NOTES } from './agent-options.js'
import { requireOption } from '../check-members.js'
import { checkOptions, checkValues, optionRule } from '../option-values.js'
import type { OptionRule, OptionRules } from '../option-values.js'

const { any, count, definitions, flag, function: aFunction, list, methods, ms, object, oneOf } = optionRule

/** How long a silent owner keeps its agents, when no one says otherwise. */
export const DEFAULT_LEASE_MS = 10_000

/** With a shorter lease, a busy process would look dead to others. */
const MIN_LEASE_MS = 100

const STORE: OptionRule = {
  holds: methods('append', 'read', 'subscribe', 'externalAppends', 'close').holds,
  problem: 'must be a store',
  hint: () => 'For instance `sqliteStore(file)`.',
  isRequired: true,
}
const CONTRACT = 'A store of your own has to pass the contract of `@refold/testing`.'
const STORE_PARTS: OptionRules = {
  registers: { ...methods('put', 'get', 'remove'), hint: () => CONTRACT, isRequired: true },
  directory: { ...methods('find', 'get', 'rebuild'), hint: () => CONTRACT, isRequired: true },
}
/** Another store, for documents alone. */
const PROJECTIONS: OptionRule = {
  holds: (store) => methods('builds', 'commit', 'get', 'entries', 'remove').holds(Object(store).projections),
  problem: 'must be a store that keeps documents',
  hint: () => "For instance `sqliteStore('views.db')`.",
}

/** What every process is made from. */
const CLIENT_OPTIONS: OptionRules = {
  store: STORE,
  projections: PROJECTIONS,
  agents: { ...definitions, isRequired: true },
  world: object,
  codecs: any, // by `checkCodecs`
  upcasters: any,
  observers: list,
  onReport: aFunction,
}
const RUNTIME_OPTIONS: OptionRules = { ...CLIENT_OPTIONS, snapshots: object, onTakeover: aFunction }

/** What says how a process performs: a member of `createRuntime`'s options, and part of those of `createWorker`. */
export const WORKER_OPTIONS: OptionRules = {
  id: any, // one that is no name is an `INVALID_ID`
  leaseDurationMs: ms(MIN_LEASE_MS),
  heartbeatEveryMs: any, // by the lease
  closeGraceMs: ms(0),
  capacity: {
    holds: (value) => value === Number.POSITIVE_INFINITY || count.holds(value),
    problem: count.problem,
    hint: () => 'Leave it out for any number. A process that performs nothing is `createClient`.',
  },
  takeoverAfterMs: ms(0),
  releaseOnSignal: flag,
}

const WORLD_HINT = '`createWorld({ … })` fills in what you leave out.'
const WORLD_PARTS: OptionRules = {
  clock: { ...methods('now', 'monotonicNow', 'setTimer'), hint: () => WORLD_HINT, isRequired: true },
  random: { ...aFunction, hint: () => WORLD_HINT, isRequired: true },
  newId: { ...aFunction, hint: () => WORLD_HINT, isRequired: true },
  logger: { ...methods('log'), hint: () => WORLD_HINT, isRequired: true },
  keepAlive: aFunction,
  onEndSignal: aFunction,
}

/** What `createRuntime` was given. */
export function checkRuntimeOptions(options: unknown): void {
  const { worker, ...parts } = checkOptions(options, { ...RUNTIME_OPTIONS, worker: any })
  checkParts(parts)
  if (worker !== undefined && worker !== false)
    checkHeartbeat(checkOptions(worker, WORKER_OPTIONS, 'worker'), 'worker.')
}

/** What `createWorker` was given. */
export function checkWorkerOptions(options: unknown): void {
  const given = checkOptions(options, { ...RUNTIME_OPTIONS, ...WORKER_OPTIONS })
  checkParts(given)
  checkHeartbeat(given, '')
}

/** What `createClient` was given. */
export function checkClientOptions(options: unknown): void {
  checkParts(checkOptions(options, CLIENT_OPTIONS))
}

/** What the parts are made of. */
function checkParts({ store, world, snapshots, observers = [], codecs, upcasters }: Record<string, unknown>): void {
  checkValues(store as object, STORE_PARTS, 'store')
  if (world !== undefined) checkValues(world as object, WORLD_PARTS, 'world')
  if (snapshots !== undefined) checkOptions(snapshots, { everyEvents: { ...count, isRequired: true } }, 'snapshots')
  for (const [index, one] of (observers as readonly unknown[]).entries())
    requireOption(aFunction.holds(one), { path: `observers.${index}`, problem: aFunction.problem })
  checkCodecs({ codecs, upcasters })
}

/** Heartbeats that come too rarely would let the lease run out between two of them: no effect would ever begin. */
function checkHeartbeat(worker: Record<string, unknown>, prefix: 'worker.' | ''): void {
  const { leaseDurationMs = DEFAULT_LEASE_MS, heartbeatEveryMs } = worker
  if (heartbeatEveryMs === undefined) return
  requireOption(ms(1, (leaseDurationMs as number) / 2).holds(heartbeatEveryMs), {
    path: `${prefix}heartbeatEveryMs`,
    problem: 'must be a number of milliseconds from 1 to half of the lease',
    hint: 'Leave it out: a third of the lease is the default.',
  })
}

/** What `migrate` was given; the patch is looked at with the state that it is made for. */
export function checkMigrateOptions(options: unknown): void {
  checkOptions(options, { ...NOTES, patch: any, beginMissing: flag })
}

/** What `planMigration` was given. */
export function checkMigrationPlan(options: unknown): void {
  checkParts(checkOptions(options, { store: STORE, world: object, codecs: any, patch: any, beginMissing: flag }))
}

const DRAIN: OptionRules = { ...NOTES, deadlineMs: ms(0), bodies: oneOf('abort', 'finish') }

/** How a drain is to go. */
export function checkDrainOptions(options: unknown): void {
  checkOptions(options, DRAIN)
}

/** The same, and how long someone waits for it. */
export function checkDrainWorkerOptions(options: unknown): void {
  const { world } = checkOptions(options, { ...DRAIN, signal: optionRule.signal, world: object })
  if (world !== undefined) checkValues(world as object, WORLD_PARTS, 'world')
}
