/** The work that every peer does, and what is counted of it from outside. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figures } from '../figures.js'
import { HANGS_AT, STEPS } from '../workload.js'
import { BODIES, countBodies } from './body-count.js'
import type { BodyCount } from './body-count.js'
import type { PeerTask } from './messages.js'
import { PeerProcess } from './peer-process.js'
import type { Peer } from './peers.js'

const AT_ONCE = 100
const LONG = 500
const KILLS = 3
/** Bodies that begin before each of the kills. */
const BEGUN_AT_KILL = 200
const BODY_MS = 20
const WITHIN_MS = 240_000

/** By name; each in a directory and, where one is needed, beside a server of its own. */
export const WORKS: Readonly<Record<string, (peer: Peer) => Promise<Figures>>> = {
  'one agent': (peer) => inPlace(peer, ({ start }) => measured(start, { kind: 'latency' })),
  '100 agents': (peer) => inPlace(peer, throughput),
  'a kill': (peer) => inPlace(peer, (place) => killedOnce(place, { steps: STEPS, hangsAt: HANGS_AT, tellsFrom: 1 })),
  'a kill after 500 steps': (peer) => inPlace(peer, killedLate),
  'three kills of 100 agents': (peer) => inPlace(peer, killedOften),
}

interface Place {
  readonly directory: string
  /** The second and later ones go on where the one before was killed. */
  readonly start: (task: PeerTask) => PeerProcess
}

async function inPlace(peer: Peer, act: (place: Place) => Promise<Figures>): Promise<Figures> {
  const directory = await mkdtemp(join(tmpdir(), `refold-bench-${peer.name}-`))
  const server = await peer.serve?.(directory)
  const started: PeerProcess[] = []
  const start = (task: PeerTask): PeerProcess => {
    const order = { module: peer.module, directory, isResumed: started.length > 0, given: server?.given ?? {}, task }
    const process = new PeerProcess(order, { withinMs: WITHIN_MS })
    started.push(process)
    return process
  }
  try {
    return await act({ directory, start })
  } finally {
    for (const process of started) await process.kill()
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function measured(start: Place['start'], task: PeerTask): Promise<Figures> {
  const process = start(task)
  const { figures } = await process.told('measured')
  await process.kill()
  return figures
}

/** All that is left on the disk counts, the server's too. */
async function throughput({ directory, start }: Place): Promise<Figures> {
  const { stepsPerSecond = Number.NaN, allSteps = Number.NaN } = await measured(start, {
    kind: 'throughput',
    agents: AT_ONCE,
  })
  return { stepsPerSecond, bytesPerStep: bytesBelow(directory) / allSteps }
}

type AfterKill = Readonly<Record<'restartMs' | 'bodies' | 'wrong', number>>

interface Killed {
  readonly steps: number
  readonly hangsAt: number
  readonly tellsFrom: number
}

/** From the start of the second process until the effect that was in flight begins again; and how many bodies there were in all. */
async function killedOnce({ directory, start }: Place, { steps, hangsAt, tellsFrom }: Killed): Promise<AfterKill> {
  const task = { kind: 'drive', agents: 1, steps, keep: tellsFrom === 1, bodyMs: 0, tellsFrom } as const
  const first = start({ ...task, hangsAt })
  await first.begun(hangsAt - tellsFrom + 1)
  await first.kill()
  const from = performance.now()
  const second = start(task)
  await second.begun(1)
  const restartMs = performance.now() - from
  const { wrong } = await second.told('ended')
  await second.kill()
  return { restartMs, bodies: bodiesIn(directory).begun, wrong }
}

async function killedLate(place: Place): Promise<Figures> {
  const last = LONG + 1
  const { restartMs, wrong } = await killedOnce(place, { steps: last, hangsAt: last, tellsFrom: last })
  return { lateRestartMs: restartMs, wrong }
}

/** Every effect that is in flight at a kill has to begin again: at most so many a kill as there are agents. */
async function killedOften({ directory, start }: Place): Promise<Figures> {
  const task = { kind: 'drive', agents: AT_ONCE, steps: STEPS, keep: true, bodyMs: BODY_MS, tellsFrom: 1 } as const
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = start(task)
    await victim.begun(BEGUN_AT_KILL)
    await victim.kill()
  }
  const last = start(task)
  const { wrong } = await last.told('ended')
  await last.kill()
  const { distinct, repeats, repeatsOfEnded } = bodiesIn(directory)
  return { repeats, repeatsOfEnded, wrong: wrong + (AT_ONCE * STEPS - distinct) }
}

function bodiesIn(directory: string): BodyCount {
  return countBodies(readFileSync(join(directory, BODIES), 'utf8'))
}

function bytesBelow(directory: string): number {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}
