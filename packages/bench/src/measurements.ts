/**
 * All measurements by name. Each runs in a process of its own, in a directory (E4: under a prefix), with one argument. It loads
 * what it needs, and nothing of the others: the memory of its process is a figure, too.
 */
import type { ServerKind } from './esdb-process.js'
import type { Figures } from './figures.js'
import type { LiveKind } from './measurements/l1-live.js'
import type { DueKind } from './measurements/m2-timers.js'

type Measurement = (place: string, argument: string) => Promise<Figures | void>

export const MEASUREMENTS = {
  d1: async (directory, kind) =>
    (await import('./measurements/d1-dev-server.js')).devServer(directory, kind as ServerKind),
  w1: async (directory) => (await import('./measurements/w1-latency.js')).latency(directory),
  w2: async (directory, agents) =>
    (await import('./measurements/w2-throughput.js')).throughput(directory, Number(agents)),
  'w2-memory': async (_directory, agents) =>
    (await import('./measurements/w2-throughput.js')).throughputInMemory(Number(agents)),
  'w3-write': async (directory, steps) =>
    (await import('./measurements/w3-recovery.js')).writeHistory({ directory }, Number(steps)),
  'w3-recover': async (directory, how) =>
    (await import('./measurements/w3-recovery.js')).recoverHistory({ directory }, how === 'snapshot'),
  w4: async (directory) => (await import('./measurements/w4-resumption.js')).resumption(directory),
  'w4-npm-start': async (directory) => (await import('./measurements/w4-npm-start.js')).npmStart(directory),
  w5: async (directory) => (await import('./measurements/w5-parked.js')).parked(directory),
  w6: async () => (await import('./measurements/w2-throughput.js')).jsonBytesPerStep(),
  w7: async (directory) => (await import('./measurements/w7-transcript.js')).transcript(directory),
  walks: async (directory) => (await import('./measurements/walks.js')).walks(directory),
  l1: async (directory, kind) => (await import('./measurements/l1-live.js')).live(directory, kind as LiveKind),
  'm1-ls': async (directory) => (await import('./measurements/m1-many-agents.js')).list(directory),
  'm1-find': async (directory) => (await import('./measurements/m1-many-agents.js')).findPage(directory),
  'm1-plan': async (directory) => (await import('./measurements/m1-many-agents.js')).plan(directory),
  'm1-rebuild': async (directory) => (await import('./measurements/m1-many-agents.js')).rebuild(directory),
  'm1-pause': async (directory) => (await import('./measurements/m1-many-agents.js')).pauseAll(directory),
  m2: async (directory, kind) => (await import('./measurements/m2-timers.js')).timersAtOnce(directory, kind as DueKind),
  's1-ls': async (directory) => (await import('./measurements/s1-start.js')).startOfCommand(directory),
  's1-worker': async (directory) => (await import('./measurements/s1-start.js')).startOfWorker(directory),
  's1-up': async (directory) => (await import('./measurements/s1-start.js')).startOfFleetWorker(directory),
  s2: async (directory) => (await import('./measurements/s2-state-at.js')).stateAt(directory),
  e1: async (_directory, inFlight) => (await import('./measurements/e1-eventstoredb.js')).appends(Number(inFlight)),
  e2: async () => (await import('./measurements/e1-eventstoredb.js')).reads(),
  e3: async (_directory, agents) => (await import('./measurements/e1-eventstoredb.js')).agentSteps(Number(agents)),
  'e4-write': async (prefix, steps) =>
    (await import('./measurements/w3-recovery.js')).writeHistory({ prefix }, Number(steps)),
  'e4-recover': async (prefix, how) =>
    (await import('./measurements/w3-recovery.js')).recoverHistory({ prefix }, how === 'snapshot'),
  f1: async (directory) => (await import('./measurements/f1-takeover.js')).takeover(directory, { agents: 1, heirs: 1 }),
  f2: async (directory, heirs) =>
    (await import('./measurements/f1-takeover.js')).takeover(directory, { agents: 1_000, heirs: Number(heirs) }),
  f3: async (directory) => (await import('./measurements/f3-ownership.js')).ownership(directory),
  'f4-write': async (directory, agents) => (await import('./sleeper.js')).writeParked(directory, Number(agents)),
  f4: async (directory) => (await import('./measurements/f4-parked-file.js')).startBesideParked(directory),
  h1: async (directory, kind) => (await import('./measurements/h1-history.js')).history(directory, kind),
  'p1-write': async (directory, agents) =>
    (await import('./measurements/p1-projection.js')).writeMany(directory, Number(agents)),
  p1: async (directory, how) => (await import('./measurements/p1-projection.js')).buildProjection(directory, how),
} as const satisfies Readonly<Record<string, Measurement>>

export type MeasurementName = keyof typeof MEASUREMENTS
