/** What a process is opened with. What makes no sense is refused before anything is done. */
import { checkCodecs } from '../definition/check-codecs.js'
import { checkMembers, requireOption } from '../check-members.js'
import { MAX_TIMER_MS } from '../world/long-timer.js'

/** How long a silent owner keeps its agents, when no one says otherwise. */
export const DEFAULT_LEASE_MS = 10_000

/** With a shorter lease, a busy process would look dead to others. */
const MIN_LEASE_MS = 100

const OPTION_KEYS = [
  'store',
  'projections',
  'agents',
  'world',
  'snapshots',
  'codecs',
  'upcasters',
  'observers',
  'onReport',
  'onTakeover',
]
/** What says how a process performs: a member of `createRuntime`'s options, and part of those of `createWorker`. */
export const WORKER_KEYS = [
  'id',
  'leaseDurationMs',
  'heartbeatEveryMs',
  'closeGraceMs',
  'capacity',
  'takeoverAfterMs',
  'releaseOnSignal',
]

/** What `migrate` was given; the patch is looked at with the state that it is made for. */
export function checkMigrateOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['patch', 'beginMissing', 'by', 'reason'] })
  const { beginMissing } = options
  const isFlag = beginMissing === undefined || typeof beginMissing === 'boolean'
  requireOption(isFlag, { path: 'beginMissing', problem: 'must be true or false' })
}

/** What `createRuntime` was given. */
export function checkRuntimeOptions(options: unknown): void {
  checkMembers(options, { path: '', known: [...OPTION_KEYS, 'worker'] })
  const { worker, ...others } = options
  checkParts(others)
  if (worker === undefined || worker === false) return
  checkMembers(worker, { path: 'worker', known: WORKER_KEYS })
  checkWorker(worker, 'worker.')
}

/** What `createWorker` was given. */
export function checkWorkerOptions(options: unknown): void {
  checkMembers(options, { path: '', known: [...OPTION_KEYS, ...WORKER_KEYS] })
  checkParts(options)
  checkWorker(options, '')
}

/** What `createClient` was given. */
export function checkClientOptions(options: unknown): void {
  const known = OPTION_KEYS.filter((key) => key !== 'snapshots' && key !== 'onTakeover')
  checkMembers(options, { path: '', known })
  checkParts(options)
}

/** What every runtime is made from. */
function checkParts(options: Readonly<Record<string, unknown>>): void {
  const { store, agents, world, snapshots } = options
  requireOption(Array.isArray(agents), { path: 'agents', problem: 'must be a list of definitions' })
  const isStore = hasMethods(store, ['append', 'read', 'subscribe', 'externalAppends', 'close'])
  requireOption(isStore, { path: 'store', problem: 'must be a store', hint: 'For instance `sqliteStore(file)`.' })
  const { registers, directory } = store as Record<string, unknown>
  const hint = 'A store of your own has to pass the contract of `@refold/testing`.'
  const hasRegisters = hasMethods(registers, ['put', 'get', 'remove'])
  requireOption(hasRegisters, { path: 'store.registers', problem: 'must have put, get and remove', hint })
  const hasDirectory = hasMethods(directory, ['find', 'get', 'rebuild'])
  requireOption(hasDirectory, { path: 'store.directory', problem: 'must have find, get and rebuild', hint })
  checkProjections(options['projections'])
  if (world !== undefined) checkWorld(world)
  if (snapshots !== undefined) {
    checkMembers(snapshots, { path: 'snapshots', known: ['everyEvents'] })
    const { everyEvents } = snapshots
    const isCount = Number.isSafeInteger(everyEvents) && (everyEvents as number) > 0
    requireOption(isCount, { path: 'snapshots.everyEvents', problem: 'must be a positive integer' })
  }
  checkObservers(options['observers'])
  checkCodecs(options)
  for (const path of ['onReport', 'onTakeover']) {
    const isCallable = options[path] === undefined || typeof options[path] === 'function'
    requireOption(isCallable, { path, problem: 'must be a function' })
  }
}

/** Another store, for documents alone. */
function checkProjections(store: unknown): void {
  const hint = "For instance `sqliteStore('views.db')`."
  const { projections } = Object(store) as Record<string, unknown>
  const keepsDocuments =
    store === undefined || hasMethods(projections, ['builds', 'commit', 'get', 'entries', 'remove'])
  requireOption(keepsDocuments, { path: 'projections', problem: 'must be a store that keeps documents', hint })
}

/** Absent is fine. */
function checkObservers(list: unknown): void {
  if (list === undefined) return
  requireOption(Array.isArray(list), { path: 'observers', problem: 'must be a list' })
  for (const [index, one] of list.entries())
    requireOption(typeof one === 'function', { path: `observers.${index}`, problem: 'must be a function' })
}

/** Heartbeats that come too rarely would let the lease run out between two of them: no effect would ever begin. */
function checkWorker(worker: Readonly<Record<string, unknown>>, prefix: 'worker.' | ''): void {
  const { leaseDurationMs = DEFAULT_LEASE_MS, heartbeatEveryMs = 1, closeGraceMs = 0 } = worker
  const { capacity = 1, takeoverAfterMs = 0, releaseOnSignal = true } = worker
  requireOption(isWithin(leaseDurationMs, { from: MIN_LEASE_MS, to: MAX_TIMER_MS }), {
    path: `${prefix}leaseDurationMs`,
    problem: `must be a number of milliseconds from ${MIN_LEASE_MS} to ${MAX_TIMER_MS}`,
  })
  requireOption(isWithin(heartbeatEveryMs, { from: 1, to: (leaseDurationMs as number) / 2 }), {
    path: `${prefix}heartbeatEveryMs`,
    problem: 'must be a number of milliseconds from 1 to half of the lease',
    hint: 'Leave it out: a third of the lease is the default.',
  })
  requireOption(isWithin(closeGraceMs, { from: 0, to: MAX_TIMER_MS }), {
    path: `${prefix}closeGraceMs`,
    problem: `must be a number of milliseconds from 0 to ${MAX_TIMER_MS}`,
  })
  requireOption(capacity === Number.POSITIVE_INFINITY || (Number.isSafeInteger(capacity) && (capacity as number) > 0), {
    path: `${prefix}capacity`,
    problem: 'must be a positive integer',
    hint: 'Leave it out for any number. A process that performs nothing is `createClient`.',
  })
  requireOption(isWithin(takeoverAfterMs, { from: 0, to: MAX_TIMER_MS }), {
    path: `${prefix}takeoverAfterMs`,
    problem: `must be a number of milliseconds from 0 to ${MAX_TIMER_MS}`,
  })
  requireOption(releaseOnSignal === true || releaseOnSignal === false, {
    path: `${prefix}releaseOnSignal`,
    problem: 'must be true or false',
  })
}

function checkWorld(world: unknown): void {
  requireOption(typeof world === 'object' && world !== null, { path: 'world', problem: 'must be an object' })
  const { clock, random, newId, logger, onEndSignal = () => {} } = world as Record<string, unknown>
  const hint = '`createWorld({ … })` fills in what you leave out.'
  const hasClock = hasMethods(clock, ['now', 'monotonicNow', 'setTimer'])
  requireOption(hasClock, { path: 'world.clock', problem: 'must have now, monotonicNow and setTimer', hint })
  requireOption(typeof random === 'function', { path: 'world.random', problem: 'must be a function', hint })
  requireOption(typeof newId === 'function', { path: 'world.newId', problem: 'must be a function', hint })
  requireOption(typeof onEndSignal === 'function', { path: 'world.onEndSignal', problem: 'must be a function', hint })
  requireOption(hasMethods(logger, ['log']), { path: 'world.logger', problem: 'must have log', hint })
}

/** How a drain is to go. */
export function checkDrainOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['by', 'reason', 'deadlineMs', 'bodies'] })
  const { deadlineMs = 0, bodies = 'abort' } = options
  requireOption(isWithin(deadlineMs, { from: 0, to: MAX_TIMER_MS }), {
    path: 'deadlineMs',
    problem: `must be a number of milliseconds from 0 to ${MAX_TIMER_MS}`,
  })
  requireOption(bodies === 'abort' || bodies === 'finish', { path: 'bodies', problem: "must be 'abort' or 'finish'" })
}

export function isWithin(value: unknown, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return typeof value === 'number' && value >= from && value <= to
}

export function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
