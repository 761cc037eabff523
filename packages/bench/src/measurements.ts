/** All measurements by name. Each runs in a process of its own, in a directory (E4: under a prefix), with one argument. */
import type { ServerKind } from './esdb-process.js'
import type { Figures } from './figures.js'
import { devServer } from './measurements/d1-dev-server.js'
import { agentSteps, appends, reads } from './measurements/e1-eventstoredb.js'
import { takeover } from './measurements/f1-takeover.js'
import { ownership } from './measurements/f3-ownership.js'
import { startBesideParked } from './measurements/f4-parked-file.js'
import { history } from './measurements/h1-history.js'
import { live } from './measurements/l1-live.js'
import type { LiveKind } from './measurements/l1-live.js'
import { findPage, list, pauseAll, plan, rebuild } from './measurements/m1-many-agents.js'
import { timersAtOnce } from './measurements/m2-timers.js'
import type { DueKind } from './measurements/m2-timers.js'
import { buildProjection, writeMany } from './measurements/p1-projection.js'
import { startOfCommand, startOfFleetWorker, startOfWorker } from './measurements/s1-start.js'
import { stateAt } from './measurements/s2-state-at.js'
import { latency } from './measurements/w1-latency.js'
import { jsonBytesPerStep, throughput, throughputInMemory } from './measurements/w2-throughput.js'
import { recoverHistory, writeHistory } from './measurements/w3-recovery.js'
import { npmStart } from './measurements/w4-npm-start.js'
import { resumption } from './measurements/w4-resumption.js'
import { parked } from './measurements/w5-parked.js'
import { transcript } from './measurements/w7-transcript.js'
import { walks } from './measurements/walks.js'
import { writeParked } from './sleeper.js'

type Measurement = (place: string, argument: string) => Promise<Figures | void>

export const MEASUREMENTS = {
  d1: (directory, kind) => devServer(directory, kind as ServerKind),
  w1: latency,
  w2: (directory, agents) => throughput(directory, Number(agents)),
  'w2-memory': (_directory, agents) => throughputInMemory(Number(agents)),
  'w3-write': (directory, steps) => writeHistory({ directory }, Number(steps)),
  'w3-recover': (directory, how) => recoverHistory({ directory }, how === 'snapshot'),
  w4: resumption,
  'w4-npm-start': npmStart,
  w5: parked,
  w6: jsonBytesPerStep,
  w7: transcript,
  walks,
  l1: (directory, kind) => live(directory, kind as LiveKind),
  'm1-ls': list,
  'm1-find': findPage,
  'm1-plan': plan,
  'm1-rebuild': rebuild,
  'm1-pause': pauseAll,
  m2: (directory, kind) => timersAtOnce(directory, kind as DueKind),
  's1-ls': startOfCommand,
  's1-worker': startOfWorker,
  's1-up': startOfFleetWorker,
  s2: stateAt,
  e1: (_directory, inFlight) => appends(Number(inFlight)),
  e2: reads,
  e3: (_directory, agents) => agentSteps(Number(agents)),
  'e4-write': (prefix, steps) => writeHistory({ prefix }, Number(steps)),
  'e4-recover': (prefix, how) => recoverHistory({ prefix }, how === 'snapshot'),
  f1: (directory) => takeover(directory, { agents: 1, heirs: 1 }),
  f2: (directory, heirs) => takeover(directory, { agents: 1_000, heirs: Number(heirs) }),
  f3: ownership,
  'f4-write': (directory, agents) => writeParked(directory, Number(agents)),
  f4: startBesideParked,
  h1: history,
  'p1-write': (directory, agents) => writeMany(directory, Number(agents)),
  p1: buildProjection,
} as const satisfies Readonly<Record<string, Measurement>>

export type MeasurementName = keyof typeof MEASUREMENTS
