/**
 * One random run: processes that die, stop and come back, a store in a storm, strangers that send. Then everything
 * heals, every agent must end, and all invariants must hold.
 */
import { isRefoldError } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import { STORM } from '../simulation/faults.js'
import { checkInvariants } from '../simulation/invariants.js'
import type { SeenState, SentInput } from '../simulation/invariants.js'
import { seededRandom } from '../simulation/seeded-random.js'
import type { SeededRandom } from '../simulation/seeded-random.js'
import type { BackingFactory } from '../simulation/simulated-disk.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'
import { Simulation } from '../simulation/simulation.js'
import { NAMES, randomAgents, safetyOf } from './agents.fixture.js'
import { ForkedSubjects } from './forked-subjects.fixture.js'
import type { Subject } from './forked-subjects.fixture.js'
import { decideDoubts } from './operator.fixture.js'

const STORM_MS = 40_000
/** A timer that a clock ahead by hours has set is waited for. */
const HEALING_MS = 48 * 3_600_000

interface Run {
  readonly simulation: Simulation
  readonly random: SeededRandom
  readonly processes: readonly SimulatedProcess[]
  readonly subjects: Subject[]
  /** Absent: none is forked. */
  readonly forks: ForkedSubjects | undefined
  readonly sent: SentInput[]
  readonly seen: SeenState[]
}

/** Plays the run of this seed to its end. Throws with the story. */
export async function randomRun(
  seed: string,
  backing: BackingFactory,
  { forks = false }: { readonly forks?: boolean } = {},
): Promise<Simulation['effects']['log']> {
  await using simulation = new Simulation({ seed, backing, weather: STORM })
  try {
    const random = seededRandom(`${seed}/run`)
    const run = { ...prepare(simulation, random), forks: forks ? new ForkedSubjects(random) : undefined }
    await storm(run)
    await heal(run)
    await checkInvariants(simulation, { sent: run.sent, seen: run.seen, safetyOf })
    return simulation.effects.log
  } catch (error) {
    if (error instanceof Error && !error.message.includes('\nseed ')) error.message += `\n\n${simulation.story()}`
    throw error
  }
}

function prepare(simulation: Simulation, random: SeededRandom): Omit<Run, 'forks'> {
  const workers = random.between(1, 3)
  const sharedMachine = random.chance(0.5)
  const processes = Array.from({ length: workers + 1 }, (_, index) =>
    simulation.process(index === 0 ? 'web' : `w${index}`, {
      agents: randomAgents,
      ...(index === 0
        ? { worker: false }
        : random.chance(0.4)
          ? { worker: { capacity: random.between(1, 2) } }
          : undefined),
      ...(sharedMachine ? { machine: 'one' } : undefined),
      skewMs: random.between(-2_000, 2_000),
      ...(random.chance(0.5) ? { snapshotEveryEvents: random.between(1, 6) } : undefined),
    }),
  )
  const subjects = Array.from({ length: random.between(1, 5) }, (_, index) => ({
    name: random.pick(NAMES),
    id: `a${index}`,
  }))
  return { simulation, random, processes, subjects, sent: [], seen: [] }
}

async function storm(run: Run): Promise<void> {
  const { simulation, random, processes, subjects } = run
  for (const process of processes) begin(run, process)
  for (const subject of subjects) simulation.time.after(random.between(0, 10_000), () => startSomewhere(run, subject))
  const end = simulation.time.now() + STORM_MS
  while (simulation.time.now() < end) {
    await simulation.advance(random.between(1, 1_500))
    act(run)
    forkOne(run)
  }
}

/** One thing that happens to the world. */
function act(run: Run): void {
  const { random, processes, subjects, simulation } = run
  const process = random.pick(processes)
  const draw = random.next()
  if (draw < 0.55) send(run, { process, subject: random.pick(subjects) })
  else if (draw < 0.7) {
    process.kill({ inFlight: random.chance(0.5) ? 'lost' : 'lands' })
    simulation.time.after(random.between(0, 15_000), () => begin(run, process))
  } else if (draw < 0.8) {
    process.stop()
    const monotonic = random.chance(0.5) ? 'stood-still' : 'went-on'
    simulation.time.after(random.between(100, 25_000), () => process.continue({ monotonic }))
  } else if (draw < 0.85 && process.state === 'running') process.clock.jump(jump(random))
  else if (draw < 0.88 && process.state === 'running') void process.close().catch(() => undefined)
  else if (draw < 0.92 && ready(process) && process.performs) drain(run, process)
  else if (draw < 0.94) control(run, { process, subject: random.pick(subjects) })
  else if (process.state === 'down') begin(run, process)
  else look(run, { process, subject: random.pick(subjects) })
}

/** Now and then an agent, or a fork, is forked at some revision; no one knows at once what became of it. */
function forkOne({ forks, random, processes, subjects }: Run): void {
  if (forks === undefined || !random.chance(0.15)) return
  const process = random.pick(processes)
  const subject = random.pick(subjects)
  if (ready(process)) subjects.push(forks.begin(process, subject))
}

/** A correction of seconds, or a clock that was wrong by hours, in either direction. */
function jump(random: Run['random']): number {
  const furthest = random.chance(0.2) ? 5 * 3_600_000 : 3_000
  return random.between(-furthest, furthest)
}

function drain({ random }: Run, process: SimulatedProcess): void {
  const bodies = random.chance(0.5) ? 'abort' : 'finish'
  process.drain({ by: 'ana', bodies, deadlineMs: random.between(0, 8_000) }).catch(() => undefined)
}

function begin({ simulation }: Run, process: SimulatedProcess): void {
  if (process.state !== 'down') return
  process.start().catch(() => {
    // A start that the store refused: a supervisor tries again.
    process.kill({ why: 'its start failed' })
    simulation.time.after(
      1_000,
      () => void (process.state === 'down' && process.start().catch(() => process.kill({ why: 'its start failed' }))),
    )
  })
}

function ready(process: SimulatedProcess): boolean {
  return process.state === 'running' && process.hasRuntime
}

function startSomewhere(run: Run, subject: Subject): void {
  const { random, processes, simulation } = run
  const process = random.pick(processes)
  const again = (): void => void simulation.time.after(500, () => startSomewhere(run, subject))
  if (!ready(process)) return again()
  process.startAgent(subject.name, { id: subject.id, input: { agent: subject.id } }).catch(again)
}

/** An event of an outside caller, and what it was told. */
function send(run: Run, { process, subject }: { readonly process: SimulatedProcess; readonly subject: Subject }): void {
  if (!ready(process)) return
  const { random, sent, simulation } = run
  const type = subject.name === 'order' ? random.pick(['approve', 'approve', 'rush', 'note'] as const) : 'note'
  const nonce = random.uuid()
  const entry = { stream: `${subject.name}-${subject.id}`, type, nonce }
  const index = sent.push({ ...entry, told: 'unknown' }) - 1
  void process
    .attach(subject.name, subject.id)
    .then((agent) => {
      remember(run, { agent, process })
      return process.perform(() => agent.send({ type, nonce }, random.chance(0.3) ? { id: nonce } : {}))
    })
    .then(
      () => void (sent[index] = { ...entry, told: 'accepted' }),
      (error: { code?: string }) => {
        if (REFUSALS.has(error.code ?? '')) sent[index] = { ...entry, told: 'refused' }
      },
    )
    .finally(() => simulation.time.touch())
}

const REFUSALS: ReadonlySet<string> = new Set([
  'EVENT_NOT_ACCEPTED',
  'EVENT_REFUSED',
  'NOT_ACTIVE',
  'NOT_FOUND',
  'QUEUE_FULL',
  'INVALID_EVENT',
  'STORE_REJECTED',
  'CONFLICT',
])

/** Someone holds an agent, or lets it go on. */
function control(
  run: Run,
  { process, subject }: { readonly process: SimulatedProcess; readonly subject: Subject },
): void {
  if (!ready(process)) return
  const command = run.random.chance(0.5) ? 'pause' : 'resume'
  process
    .attach(subject.name, subject.id)
    .then((agent) => process.perform(() => agent[command]({ by: 'ana' })))
    .catch(() => undefined)
}

function look(run: Run, { process, subject }: { readonly process: SimulatedProcess; readonly subject: Subject }): void {
  if (!ready(process)) return
  process.attach(subject.name, subject.id).then(
    (agent) => agent.subscribe(() => remember(run, { agent, process }), unlessClosed),
    () => undefined,
  )
}

/** The process may have begun to close after the attach: there is nothing to look at then. */
function unlessClosed(error: unknown): void {
  if (!isRefoldError(error, 'CLOSED')) throw error
}

function remember(
  { seen }: Run,
  { agent, process }: { readonly agent: AnyAgent; readonly process: SimulatedProcess },
): void {
  seen.push({ stream: `${agent.name}-${agent.id}`, process: process.name, state: agent.getSnapshot() })
}

/** Nothing goes wrong any more: every agent must end. */
async function heal(run: Run): Promise<void> {
  const { simulation, processes, subjects } = run
  simulation.faults.heal()
  const begun = simulation.time.now()
  for (let open = [...subjects]; open.length > 0;) {
    const passedMs = simulation.time.now() - begun
    if (passedMs > HEALING_MS)
      throw new Error(`still not at their end after healing: ${open.map(({ name, id }) => `${name}-${id}`).join(', ')}`)
    for (const process of processes) {
      process.continue()
      begin(run, process)
    }
    await simulation.advance(Math.max(2_000, passedMs / 20))
    const web = processes[0]
    if (web === undefined || !ready(web)) continue
    open = await stillOpen(run, { web, open })
  }
}

async function stillOpen(
  run: Run,
  { web, open }: { readonly web: SimulatedProcess; readonly open: readonly Subject[] },
): Promise<Subject[]> {
  const left: Subject[] = []
  for (const subject of open) if (!(await helpAlong(run, { web, subject }))) left.push(subject)
  return left
}

/** Whether the agent is at its end. If not, a person does what only a person can. */
async function helpAlong(
  run: Run,
  { web, subject }: { readonly web: SimulatedProcess; readonly subject: Subject },
): Promise<boolean> {
  const { simulation } = run
  try {
    const agent = await simulation.until(
      run.forks?.again(web, subject) ?? web.startAgent(subject.name, { id: subject.id, input: { agent: subject.id } }),
    )
    if (agent === undefined) return true // there is no such fork, and never will be
    remember(run, { agent, process: web })
    const { status, condition } = agent.getSnapshot()
    if (status !== 'active') return true
    if (condition === 'paused') await simulation.until(web.perform(() => agent.resume()))
    else if (condition === 'in-doubt') await decideDoubts(simulation, { agent, process: web })
    else if (subject.name === 'order' && agent.getSnapshot().matches('review')) send(run, { process: web, subject })
  } catch (error) {
    // It closes, or someone else was faster: the next look will tell.
    if (!isRefoldError(error, 'CLOSED') && !isRefoldError(error, 'ALREADY_SO')) throw error
  }
  return false
}
