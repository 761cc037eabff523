/**
 * A process of the simulation: its own world, its own connection, its own definitions, and a runtime in it. It can be
 * killed, stopped, continued and started again; each start is another incarnation with another worker id.
 */
import { createRuntime, createWorker } from '@refold/core'
import type {
  AgentDefinition,
  AnyAgent,
  DrainOptions,
  Drained,
  LogLevel,
  Report,
  Runtime,
  StartOptions,
  TakenOver,
  Worker,
  WorkerOptions,
  World,
} from '@refold/core'
import type { EffectWorld } from './effect-world.js'
import type { FaultPlan } from './faults.js'
import { ProcessEffects } from './process-effects.js'
import { never, ProcessLife } from './process-life.js'
import type { SeededRandom } from './seeded-random.js'
import { SimulatedClock } from './simulated-clock.js'
import { SimulatedConnection } from './simulated-connection.js'
import type { Author, SimulatedDisk } from './simulated-disk.js'
import type { VirtualTime } from './virtual-time.js'

/** What runs in a process and where it stands. */
export interface ProcessOptions {
  /** Called for each incarnation: definitions whose bodies belong to it. */
  readonly agents: (effects: ProcessEffects) => readonly AgentDefinition[]
  /** `false`: no effects. Default: a lease of 10 s, a heartbeat each 3 s. */
  readonly worker?: Omit<WorkerOptions, 'id'> | false
  /** Processes of one machine can prove each other's death; default: each has its own. `undefined` presence: no one can. */
  readonly machine?: string
  readonly skewMs?: number
  readonly snapshotEveryEvents?: number
}

/** What the processes of a simulation share. */
export interface Surroundings {
  readonly time: VirtualTime
  readonly disk: SimulatedDisk
  readonly faults: FaultPlan
  readonly effects: EffectWorld
  readonly random: SeededRandom
  readonly tell: (process: string, what: string) => void
}

/** Rejects what a caller awaits of a process that died meanwhile: the caller cannot know what became of it. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError'
}

/** What the runtime of a simulated process told its logger. */
export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>> | undefined
}

type RuntimeOrWorker = Runtime & Partial<Pick<Worker, 'drain'>>

interface Incarnation {
  readonly author: Author
  readonly life: ProcessLife
  readonly clock: SimulatedClock
  readonly connection: SimulatedConnection
  readonly definitions: readonly AgentDefinition[]
  readonly runtime: Promise<RuntimeOrWorker>
  current: RuntimeOrWorker | undefined
}

const DEFAULT_WORKER = { leaseDurationMs: 10_000, heartbeatEveryMs: 3_000 }

/** Made by `Simulation.process`. Its methods may be called in any state but where they say otherwise. */
export class SimulatedProcess {
  readonly name: string
  readonly reports: Report[] = []
  readonly logLines: LogLine[] = []
  readonly #options: ProcessOptions
  readonly #around: Surroundings
  #incarnations = 0
  #now: Incarnation | undefined

  constructor(name: string, options: ProcessOptions & { readonly around: Surroundings }) {
    this.name = name
    this.#options = options
    this.#around = options.around
  }

  get state(): 'down' | 'running' | 'stopped' {
    const state = this.#now?.life.state ?? 'dead'
    return state === 'dead' ? 'down' : state
  }

  /** Whether the runtime of the current incarnation is there. */
  get hasRuntime(): boolean {
    return this.state !== 'down' && this.#now?.current !== undefined
  }

  /** Whether it performs effects. */
  get performs(): boolean {
    return this.#options.worker !== false
  }

  /** The id of the worker of the current incarnation. */
  get worker(): string {
    return this.#incarnation().author.worker ?? ''
  }

  /** The author that the disk knows the current incarnation by. */
  get author(): Author {
    return this.#incarnation().author
  }

  /** Of the newest incarnation. */
  get definitions(): readonly AgentDefinition[] {
    return this.#now?.definitions ?? []
  }

  get clock(): SimulatedClock {
    return this.#incarnation().clock
  }

  /** Begins a new incarnation; resolves when its runtime is there. */
  async start(): Promise<Runtime> {
    if (this.state !== 'down') throw new Error(`process ${this.name} is ${this.state} already`)
    const { time, disk } = this.#around
    const store = await time.track(disk.open())
    const incarnation = this.#incarnate(store)
    this.#now = incarnation
    this.#around.tell(this.name, `starts as ${incarnation.author.worker ?? 'a process without effects'}`)
    incarnation.current = await this.#untilDeath(incarnation, incarnation.runtime)
    return incarnation.current
  }

  /** Something that code in this process does; rejects with `ProcessDiedError` when it dies meanwhile. */
  perform<T>(work: (runtime: Runtime) => Promise<T>): Promise<T> {
    const incarnation = this.#incarnation()
    if (incarnation.current === undefined) throw new Error(`process ${this.name} has no runtime yet`)
    if (incarnation.life.state !== 'running') throw new Error(`process ${this.name} is ${this.state}`)
    return this.#untilDeath(incarnation, work(incarnation.current))
  }

  startAgent(name: string, options: StartOptions<unknown>): Promise<AnyAgent> {
    return this.perform((runtime) => runtime.start(this.definition(name), options) as Promise<AnyAgent>)
  }

  attach(name: string, id: string): Promise<AnyAgent> {
    return this.perform((runtime) => runtime.attach(this.definition(name), id) as Promise<AnyAgent>)
  }

  definition(name: string): AgentDefinition {
    const found = this.#incarnation().definitions.find((definition) => definition.name === name)
    if (found === undefined) throw new Error(`process ${this.name} has no definition ${name}`)
    return found
  }

  /** SIGKILL: at once and in the middle of whatever it does. What it sent to the store and no one took yet is lost, unless it is to land. */
  kill({
    inFlight = 'lost',
    why = 'SIGKILL',
  }: { readonly inFlight?: 'lost' | 'lands'; readonly why?: string } = {}): void {
    if (this.#now === undefined || this.#now.life.dead) return
    this.#around.tell(this.name, `dies: ${why}`)
    if (inFlight === 'lost') this.#now.connection.loseRequests()
    this.#now.life.kill()
  }

  /** SIGSTOP, or a suspended machine. */
  stop(): void {
    if (this.state !== 'running') return
    this.#around.tell(this.name, 'is stopped')
    this.#incarnation().life.stop()
    this.#incarnation().clock.freeze()
  }

  continue({ monotonic = 'went-on' }: { readonly monotonic?: 'stood-still' | 'went-on' } = {}): void {
    if (this.state !== 'stopped') return
    this.#around.tell(this.name, 'goes on')
    this.#incarnation().clock.thaw({ monotonic })
    this.#incarnation().life.continue()
  }

  /** Hands over what it is at, and ends. */
  async drain(options: DrainOptions = {}): Promise<Drained> {
    const incarnation = this.#incarnation()
    const { current } = incarnation
    if (current?.drain === undefined) throw new Error(`process ${this.name} has no worker`)
    this.#around.tell(this.name, 'drains')
    const drained = await this.#untilDeath(incarnation, current.drain(options))
    this.#around.tell(this.name, `has drained: ${drained.released} released, ${drained.inDoubt} in doubt`)
    incarnation.life.kill()
    return drained
  }

  /** Ends in good order. */
  async close(): Promise<void> {
    const incarnation = this.#incarnation()
    this.#around.tell(this.name, 'closes')
    await this.#untilDeath(incarnation, incarnation.current?.close() ?? never<void>())
    incarnation.life.kill()
  }

  #incarnation(): Incarnation {
    if (this.#now === undefined) throw new Error(`process ${this.name} was never started`)
    return this.#now
  }

  #incarnate(store: Awaited<ReturnType<SimulatedDisk['open']>>): Incarnation {
    const { time, disk, faults, effects: world, tell } = this.#around
    const { worker = DEFAULT_WORKER, machine = this.name } = this.#options
    const life = new ProcessLife()
    const incarnation = ++this.#incarnations
    const id = `${this.name}-${incarnation}`
    const author: Author = { process: this.name, incarnation, worker: worker === false ? undefined : id }
    const clock = new SimulatedClock({ time, life, skewMs: this.#options.skewMs ?? 0 })
    const die = (why: string): void => this.kill({ why, inFlight: 'lands' })
    const presence = disk.presenceFor({ life, machine })
    const connection = new SimulatedConnection({ author, store, disk, time, life, faults, presence, onCrash: die })
    const definitions = this.#options.agents(new ProcessEffects({ author, life, clock, world, onKill: die }))
    const parts = {
      store: connection,
      agents: definitions,
      world: this.#world(incarnation, clock),
      ...(this.#options.snapshotEveryEvents === undefined
        ? undefined
        : { snapshots: { everyEvents: this.#options.snapshotEveryEvents } }),
      onReport: (report: Report) => {
        this.reports.push(report)
        tell(this.name, `reports ${report.code}: ${report.message}`)
      },
      onTakeover: ({ agent, previous = 'no one', why }: TakenOver) =>
        tell(this.name, `takes over ${agent.name}-${agent.id} from ${previous}: ${why}`),
    }
    const runtime: Promise<RuntimeOrWorker> =
      worker === false
        ? createRuntime({ ...parts, worker })
        : createWorker({ ...parts, ...DEFAULT_WORKER, ...worker, id })
    return { author, life, clock, connection, definitions, runtime, current: undefined }
  }

  #world(incarnation: number, clock: SimulatedClock): World {
    const random = this.#around.random.fork(`${this.name}-${incarnation}`)
    return {
      clock,
      random: () => random.next(),
      newId: () => random.uuid(),
      logger: { log: (level, message, facts) => this.#note({ level, message, facts }) },
    }
  }

  #note(line: LogLine): void {
    this.logLines.push(line)
    if (line.level === 'warn' || line.level === 'error')
      this.#around.tell(this.name, `logs ${line.level}: ${line.message}${causeOf(line)}`)
  }

  #untilDeath<T>({ life }: Incarnation, work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      life.onDeath(() => reject(new ProcessDiedError(`process ${this.name} died`)))
      work.then(resolve, reject)
    })
  }
}

function causeOf({ facts }: LogLine): string {
  const { error } = facts ?? {}
  if (!(error instanceof Error)) return ''
  return ` (${error.message}${error.cause instanceof Error ? `; ${error.cause.stack?.split('\n', 3).join(' ') ?? error.cause.message}` : ''})`
}
