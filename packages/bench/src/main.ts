/**
 * `npm run bench`: every measurement in processes of its own, several times, in one run; ratios against bounds that are
 * measured beside it. Prints one table. A wide spread says that the machine was busy.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report } from './figures.js'
import type { Figures } from './figures.js'
import { printTable } from './table.js'
import { add, repeated, repetitions, rows, run, withDirectory } from './runs.js'
import { hasRealServer, startServerProcess, type ServerKind } from './esdb-process.js'
import { devServer } from './measurements/d1-dev-server.js'
import { agentSteps, appends, reads } from './measurements/e1-eventstoredb.js'
import { takeover } from './measurements/f1-takeover.js'
import { ownership } from './measurements/f3-ownership.js'
import { startBesideParked, writeParked } from './measurements/f4-parked-file.js'
import { history } from './measurements/h1-history.js'
import { buildProjection, writeMany } from './measurements/p1-projection.js'
import { latency } from './measurements/w1-latency.js'
import { jsonBytesPerStep, throughput, throughputInMemory } from './measurements/w2-throughput.js'
import { recoverHistory, writeHistory } from './measurements/w3-recovery.js'
import { resumption } from './measurements/w4-resumption.js'
import { parked } from './measurements/w5-parked.js'
import { walks } from './measurements/walks.js'
import { transcript } from './measurements/w7-transcript.js'
import { manyAtOnce } from './measurements/w8-many-at-once.js'

const LONG = 100_000

const MEASUREMENTS: Readonly<Record<string, (directory: string, argument: string) => Promise<Figures | void>>> = {
  d1: (directory, kind) => devServer(directory, kind as ServerKind),
  w1: latency,
  w2: (directory, agents) => throughput(directory, Number(agents)),
  'w2-memory': (_directory, agents) => throughputInMemory(Number(agents)),
  'w3-write': (directory, steps) => writeHistory({ directory }, Number(steps)),
  'w3-recover': (directory, how) => recoverHistory({ directory }, how === 'snapshot'),
  w4: resumption,
  w5: parked,
  w6: jsonBytesPerStep,
  w7: transcript,
  w8: manyAtOnce,
  walks,
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
}

const USAGE = `npm run bench                     all measurements
npm run bench -- <group> …        only these: engine (W1–W8), fleet (F1–F4), eventstoredb (E1–E4), dev-server (D1),
                                  history (H1), projections (P1), walks (files that run)

BENCH_RUNS=n sets how often each is run (default 3). E1–E4 run on the server that REFOLD_ESDB_URL names, else on a real
one that is started for them, if the command eventstored is on the PATH.
`
const GROUPS: Readonly<Record<string, () => void | Promise<void>>> = {
  engine: benchEngine,
  fleet: benchFleet,
  eventstoredb: benchEventStoreDB,
  'dev-server': benchDevServer,
  history: benchHistory,
  projections: benchProjections,
  walks: benchWalks,
}

const [name, directory = '', argument = ''] = process.argv.slice(2)
const measurement = name === undefined ? undefined : MEASUREMENTS[name]
if (measurement === undefined) await benchGroups(process.argv.slice(2))
else {
  const figures = await measurement(directory, argument)
  if (figures !== undefined) report(figures)
  process.exit(0)
}

/** What was measured is printed, also when something after it fails. */
async function benchGroups(asked: readonly string[]): Promise<void> {
  const unknown = asked.find((group) => GROUPS[group] === undefined)
  if (unknown !== undefined) {
    process.stdout.write(USAGE)
    process.exitCode = unknown === '--help' ? 0 : 2
    return
  }
  try {
    for (const group of asked.length > 0 ? asked : Object.keys(GROUPS)) await GROUPS[group]?.()
  } finally {
    printTable(rows)
  }
}

function benchEngine(): void {
  const w1 = repeated('w1')
  add('W1', 'one agent, every step durable: of bare one-row commits', w1, { figure: 'ofBareCommits', floor: '0.45' })
  add('W1', 'a step, p50, ms', w1, { figure: 'p50Ms', floor: '' })
  for (const agents of ['100', '1000']) {
    const w2 = repeated('w2', agents)
    add(`W2-${agents}`, 'agents at once: of plain createActor, nothing stored', w2, {
      figure: 'ofPlainActors',
      floor: '0.65',
    })
    add(`W2-${agents}`, 'of bare grouped inserts', w2, { figure: 'ofBareGrouped', floor: '' })
    add(`W2-${agents}`, 'steps a second', w2, { figure: 'stepsPerSecond', floor: '' })
    if (agents === '100') add('W6', 'bytes a step, sqlite', w2, { figure: 'bytesPerStep', floor: '≤ 300' })
  }
  add('W2-100', 'memory store: of plain createActor', repeated('w2-memory', '100'), {
    figure: 'ofPlainActors',
    floor: '',
  })
  withDirectory((shared) => benchRecovery('W3', shared, { steps: LONG, floors: { full: '≤ 0.3', snapshot: '≤ 0.01' } }))
  const w4 = repeated('w4')
  add('W4', 'bodies for ten steps with one kill', w4, { figure: 'bodies', floor: '11' })
  add('W4', 'effect restarted after the new process starts, ms', w4, { figure: 'restartedMs', floor: '≤ 250' })
  const w5 = repeated('w5')
  add('W5', 'heap of a parked agent, bytes', w5, { figure: 'bytesPerAgent', floor: '≤ 250' })
  add('W5', 'waking it, two commits, ms', w5, { figure: 'wakeMs', floor: '≤ 1' })
  add('W6', 'bytes a step, as plain JSON', repeated('w6'), { figure: 'jsonBytesPerStep', floor: '≤ 750' })
  const w7 = repeated('w7')
  add('W7', 'log to payload, 200 turns of 1 kB, sqlite', w7, { figure: 'logToPayload', floor: '≤ 1.5' })
  add('W7', 'the same as plain JSON', w7, { figure: 'jsonToPayload', floor: '' })
  for (const kind of ['effects', 'timers', 'steps'])
    add('W8', `5,000 ${kind} of one agent at once, each, ms of processor time`, repeated('w8', kind), {
      figure: 'msEach',
      floor: '≤ 0.3',
    })
}

/** An agent of 100,000 records, looked at without its code: as records that are parsed, in a SQLite file, in an exported one. */
function benchHistory(): void {
  withDirectory((shared) => {
    run('w3-write', shared, String(LONG))
    for (const kind of ['parsed', 'sqlite', 'file']) {
      const h1 = Array.from({ length: repetitions }, () => run('h1', shared, kind))
      const floor = (of: string): string => (kind === 'file' ? '' : of)
      const opening = kind === 'parsed' ? 'building it, ms' : 'reading and building it, ms'
      add(`H1 ${kind}`, opening, h1, { figure: 'openMs', floor: kind === 'parsed' ? '≤ 150' : '' })
      add(`H1 ${kind}`, 'the same, processor time', h1, { figure: 'openCpuMs', floor: '' })
      if (kind === 'parsed') add(`H1 ${kind}`, 'of a plain fold', h1, { figure: 'ofPlainFold', floor: '' })
      add(`H1 ${kind}`, 'any revision, p99, ms', h1, { figure: 'jumpP99Ms', floor: floor('≤ 10') })
      add(`H1 ${kind}`, 'any revision, p50, ms', h1, { figure: 'jumpMs', floor: '' })
      add(`H1 ${kind}`, 'a step back, µs', h1, { figure: 'backUs', floor: '' })
      add(`H1 ${kind}`, 'a step on, µs', h1, { figure: 'forwardUs', floor: '' })
      add(`H1 ${kind}`, 'a condition over all states, ms', h1, { figure: 'findMs', floor: '' })
      add(`H1 ${kind}`, 'blame of a field of the last record, ms', h1, { figure: 'blameMs', floor: '' })
      add(`H1 ${kind}`, 'blame of a field of the first record, ms', h1, { figure: 'oldestMs', floor: '' })
      add(`H1 ${kind}`, 'explain, 1000 causes, ms', h1, { figure: 'explainMs', floor: '' })
      if (kind !== 'parsed')
        add(`H1 ${kind}`, 'memory after all of it, MB', h1, { figure: 'megabytes', floor: '≤ 150' })
    }
  })
}

/** 2,000 agents with 200,000 records, of which a document for each agent is made, or one in all. */
function benchProjections(): void {
  withDirectory((shared) => {
    run('p1-write', shared, '2000')
    for (const kind of ['each', 'one']) {
      const p1 = Array.from({ length: repetitions }, () => run('p1', shared, kind))
      add(`P1 ${kind}`, 'records a second', p1, { figure: 'perSecond', floor: '≥ 100000' })
      add(`P1 ${kind}`, 'records a second of processor time', p1, { figure: 'perCpuSecond', floor: '' })
      add(`P1 ${kind}`, 'reading the same as whole events, µs of a record', p1, { figure: 'readUs', floor: '' })
    }
  })
}

/** Files that run on the two walks of `docs/how-it-works.md`. WALKS_LIST=1 names them. */
function benchWalks(): void {
  const counted = repeated('walks')
  add('walks', 'files called from `send` until the body begins', counted, { figure: 'fromSendToBody', floor: '' })
  const resumed = 'files called from process start until the killed effect begins again'
  add('walks', resumed, counted, { figure: 'fromStartToResumed', floor: '' })
  add('walks', 'files loaded by then', counted, { figure: 'loadedAtStart', floor: '' })
}

/** The dev-server beside the real one, if it is installed. */
function benchDevServer(): void {
  const kinds: readonly ServerKind[] = [
    'dev',
    'dev-linked',
    ...(hasRealServer() ? (['real', 'real-linked'] as const) : []),
  ]
  for (const kind of kinds) {
    const d1 = repeated('d1', kind)
    const floor = (of: string): string => (kind === 'dev' ? of : '')
    add(`D1 ${kind}`, 'one append at a time, p50, ms', d1, { figure: 'p50Ms', floor: floor('≤ 0.6') })
    add(`D1 ${kind}`, '10 in flight, appends a second', d1, { figure: 'at10', floor: '' })
    add(`D1 ${kind}`, '100 in flight', d1, { figure: 'at100', floor: floor('8000') })
    add(`D1 ${kind}`, '1000 in flight', d1, { figure: 'at1000', floor: '' })
    add(`D1 ${kind}`, '500 events an append, events a second', d1, { figure: 'batched', floor: '' })
    add(`D1 ${kind}`, 'read forwards, events a second', d1, { figure: 'read', floor: floor('30000') })
    add(`D1 ${kind}`, 'catch-up subscription, events a second', d1, { figure: 'caughtUp', floor: floor('30000') })
    add(`D1 ${kind}`, 'memory of the server after it, MB', d1, { figure: 'megabytes', floor: '' })
  }
  if (!hasRealServer())
    process.stderr.write('SKIPPED: the real server beside the dev-server: no eventstored on the PATH\n')
}

/** Several workers on one file. */
function benchFleet(): void {
  const f1 = repeated('f1')
  add('F1', 'body begins in another worker after a SIGKILL, ms', f1, { figure: 'firstMs', floor: '≤ 250' })
  for (const heirs of ['1', '2']) {
    const f2 = repeated('f2', heirs)
    add('F2', `1000 bodies begin in ${heirs} other workers, the last, ms`, f2, { figure: 'lastMs', floor: '≤ 2000' })
    add('F2', 'and so many begin', f2, { figure: 'bodies', floor: '1000' })
  }
  const f3 = repeated('f3')
  add('F3', 'two workers: of two that look after their own only', f3, { figure: 'ofApart', floor: '0.9' })
  add('F3', 'the same by processor time', f3, { figure: 'ofApartByCpu', floor: '0.9' })
  add('F3', 'steps a second, both together', f3, { figure: 'stepsPerSecond', floor: '' })
  withDirectory((shared) => {
    run('f4-write', shared, String(LONG))
    const f4 = Array.from({ length: repetitions }, () => run('f4', shared, ''))
    add('F4', `start beside ${LONG} parked agents, s`, f4, { figure: 'seconds', floor: '≤ 1' })
    add('F4', 'memory of the worker, MB', f4, { figure: 'megabytes', floor: '≤ 100' })
    add('F4', 'timers of 500 agents, the latest, ms late', f4, { figure: 'lateMs', floor: '≤ 100' })
  })
}

/** The adapter beside the raw client, on the server that is named. */
async function benchEventStoreDB(): Promise<void> {
  if (process.env['REFOLD_ESDB_URL'] !== undefined) return measureAdapter()
  if (!hasRealServer()) {
    process.stdout.write('SKIPPED E1–E4: REFOLD_ESDB_URL names no server, and no eventstored is on the PATH\n')
    return
  }
  const place = mkdtempSync(join(tmpdir(), 'refold-bench-'))
  const server = await startServerProcess('real', { directory: place })
  process.env['REFOLD_ESDB_URL'] = server.connectionString
  try {
    measureAdapter()
  } finally {
    server.kill()
    rmSync(place, { recursive: true, force: true })
  }
}

function measureAdapter(): void {
  for (const inFlight of ['1', '100', '1000']) {
    const e1 = repeated('e1', inFlight)
    add('E1', `appends, ${inFlight} in flight: of the raw client`, e1, { figure: 'ofRawClient', floor: '0.8' })
    add('E1', 'a second', e1, { figure: 'perSecond', floor: '' })
  }
  const e2 = repeated('e2')
  add('E2', 'reading a stream: of the raw client', e2, { figure: 'readOfRaw', floor: '0.8' })
  add('E2', 'events a second', e2, { figure: 'readPerSecond', floor: '' })
  add('E2', 'catching up: of the raw client', e2, { figure: 'catchUpOfRaw', floor: '0.8' })
  for (const agents of ['1', '100']) {
    const e3 = repeated('e3', agents)
    const floor = agents === '1' ? '0.8' : '0.65'
    add('E3', `steps of ${agents} agents: of the raw client’s appends`, e3, { figure: 'ofRawClient', floor })
    add('E3', 'steps a second', e3, { figure: 'stepsPerSecond', floor: '' })
  }
  for (const steps of [1_000, LONG]) {
    const prefix = `${randomUUID().slice(0, 8)}.`
    benchRecovery('E4', prefix, { steps, floors: { full: '', snapshot: 'as of 1000' } })
  }
}

/** `at`: the directory or prefix under which the history lies. */
function benchRecovery(
  work: 'W3' | 'E4',
  at: string,
  { steps, floors }: { steps: number; floors: { full: string; snapshot: string } },
): void {
  const [write, recover] = [`${work.toLowerCase()}-write`, `${work.toLowerCase()}-recover`]
  run(write, at, String(steps))
  run(recover, at, 'full') // waits until the lease of the process that wrote the history has run out
  const full = Array.from({ length: repetitions }, () => run(recover, at, 'full'))
  const what = `full fold of ${steps} records until the effect restarts, s`
  add(work, what, full, { figure: 'seconds', floor: floors.full })
  run(recover, at, 'snapshot')
  const snapshot = Array.from({ length: repetitions }, () => run(recover, at, 'snapshot'))
  add(work, 'the same from a snapshot, s', snapshot, { figure: 'seconds', floor: floors.snapshot })
}
