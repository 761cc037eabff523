/** One process of a test: a runtime on its own connection and clock. Several on one log are several processes. */
import type { AgentDefinition } from '../definition/agent-types.js'
import type { Report } from '../public/report.js'
import type { Runtime, RuntimeOptions } from '../public/runtime.js'
import type { Worker } from '../public/worker.js'
import type { TakenOver } from '../public/taken-over.js'
import { memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import type { Store, StoredEvent } from '../store/port.js'
import { createWorld } from '../world/system-world.js'
import type { LogLevel } from '../world/world.js'
import { createRuntime } from './create-runtime.js'
import { createWorker } from './create-worker.js'
import { faultyStore } from './faulty-store.fixture.js'
import type { FaultyStore } from './faulty-store.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import type { ManualClock } from './manual-time.fixture.js'

export const LEASE_MS = 9_000

export interface ProcessOptions extends Partial<
  Omit<RuntimeOptions, 'store' | 'world' | 'onReport' | 'onTakeover' | 'agents'>
> {
  readonly log: MemoryLog
  readonly agents: readonly AgentDefinition[]
  /** Shared by the processes of one test. */
  readonly time?: ManualTime
  readonly maxAppendBytes?: number
  /** Called before the runtime sees its store. */
  readonly prepare?: (process: { readonly store: FaultyStore }) => void
}

export interface Process<R extends Runtime = Runtime> {
  readonly runtime: R
  readonly store: FaultyStore
  readonly time: ManualTime
  readonly clock: ManualClock
  readonly reports: readonly Report[]
  readonly takenOver: readonly TakenOver[]
  readonly logged: readonly { readonly level: LogLevel; readonly message: string }[]
  /** Dies without a word, or is stopped: nothing of it goes on, no lock is released. */
  die(): void
  /** A stopped process wakes. */
  wake(): void
}

/** Opens a runtime and lets it recover. */
export async function startProcess({ worker, snapshots, ...options }: ProcessOptions): Promise<Process> {
  return open(options, (parts) =>
    createRuntime({
      ...parts,
      ...(snapshots === undefined ? undefined : { snapshots }),
      worker: worker === false ? false : { takeoverAfterMs: 0, ...(worker ?? { leaseDurationMs: LEASE_MS }) },
    }),
  )
}

export interface WorkerProcessOptions extends Pick<ProcessOptions, 'log' | 'agents' | 'time' | 'prepare'> {
  readonly id?: string
  readonly capacity?: number
  readonly leaseDurationMs?: number
}

/** The same with `createWorker`. */
export async function startWorker({
  id,
  capacity,
  leaseDurationMs = LEASE_MS,
  ...options
}: WorkerProcessOptions): Promise<Process<Worker>> {
  return open(options, (parts) =>
    createWorker({
      ...parts,
      leaseDurationMs,
      ...(id === undefined ? undefined : { id }),
      ...(capacity === undefined ? undefined : { capacity }),
    }),
  )
}

type Parts = Required<Pick<RuntimeOptions, 'store' | 'agents' | 'world' | 'onReport' | 'onTakeover'>>

async function open<R extends Runtime>(
  options: Pick<ProcessOptions, 'log' | 'agents' | 'time' | 'maxAppendBytes' | 'prepare'>,
  create: (parts: Parts) => Promise<R>,
): Promise<Process<R>> {
  const { log, agents, time = new ManualTime(), maxAppendBytes, prepare } = options
  const clock = time.clock()
  const store = faultyStore(memoryStore(log), maxAppendBytes === undefined ? {} : { maxAppendBytes })
  prepare?.({ store })
  const reports: Report[] = []
  const takenOver: TakenOver[] = []
  const logged: { level: LogLevel; message: string }[] = []
  const world = createWorld({
    clock,
    random: () => 0,
    logger: { log: (level, message) => logged.push({ level, message }) },
  })
  const runtime = await create({
    store,
    agents,
    world,
    onReport: (report) => reports.push(report),
    onTakeover: (taken) => takenOver.push(taken),
  })
  await settle()
  const die = (): void => {
    clock.frozen = true
    store.cut()
  }
  const wake = (): void => {
    clock.frozen = false
    store.repair()
  }
  return { runtime, store, time, clock, reports, takenOver, logged, die, wake }
}

/** Time enough for others to see that a process is dead, and to take over what it left. */
export async function outliveLease(time: ManualTime): Promise<void> {
  await time.advance(3 * LEASE_MS)
}

/** Everything in a stream. */
export async function eventsOf(log: MemoryLog, stream: string): Promise<readonly StoredEvent[]> {
  const store: Store = memoryStore(log)
  const events: StoredEvent[] = []
  for await (const page of store.read(stream)) events.push(...page)
  await store.close()
  return events
}

/** The types of everything in a stream. */
export async function typesOf(log: MemoryLog, stream: string): Promise<readonly string[]> {
  return (await eventsOf(log, stream)).map(({ type }) => type)
}

/** How a promise ended, without waiting for it longer than what is ready needs. */
export async function outcomeOf(
  promise: Promise<unknown>,
): Promise<'pending' | { readonly value: unknown } | { readonly error: unknown }> {
  let outcome: Awaited<ReturnType<typeof outcomeOf>> = 'pending'
  promise.then(
    (value) => (outcome = { value }),
    (error: unknown) => (outcome = { error }),
  )
  await settle()
  return outcome
}
