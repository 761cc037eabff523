/** A seeded simulation of several processes on one store: everything in it happens again with the same seed. */
import type { StoredEvent } from '@refold/core'
import { checkOptions, optionRule } from '@refold/core/store'
import type { OptionRules } from '@refold/core/store'
import { refusedOption } from '../check-recovery/refused-option.js'
import { EffectWorld } from './effect-world.js'
import { FaultPlan } from './faults.js'
import type { FaultRule, Weather } from './faults.js'
import { SimulatedDisk } from './simulated-disk.js'
import type { BackingFactory } from './simulated-disk.js'
import { SimulatedProcess } from './simulated-process.js'
import type { ProcessOptions } from './simulated-process.js'
import { seededRandom } from './seeded-random.js'
import type { SeededRandom } from './seeded-random.js'
import { tellStory } from './story.js'
import type { Happening } from './story.js'
import { VirtualTime } from './virtual-time.js'

/** What a simulation is made from. */
export interface SimulationOptions {
  readonly seed: number | string
  readonly backing: BackingFactory
  readonly weather?: Weather
  readonly faults?: readonly FaultRule[]
}

/** An hour of virtual time: longer than anything a test waits for. */
const PATIENCE_MS = 3_600_000

const { any, count, function: aFunction, list, object, text } = optionRule
const OPTIONS: OptionRules = {
  seed: any,
  backing: { ...aFunction, isRequired: true },
  weather: object,
  faults: list,
}
const PROCESS: OptionRules = {
  agents: { ...aFunction, isRequired: true },
  worker: any, // a runtime looks at it
  machine: text,
  skewMs: { holds: Number.isFinite, problem: 'must be a number of milliseconds' },
  snapshotEveryEvents: count,
}

/** The world of one run. Dispose of it at the end: it frees files and ends the processes. */
export class Simulation implements AsyncDisposable {
  readonly seed: number | string
  readonly time = new VirtualTime()
  readonly random: SeededRandom
  readonly faults: FaultPlan
  readonly disk: SimulatedDisk
  readonly effects: EffectWorld
  readonly happenings: Happening[] = []
  readonly #processes = new Map<string, SimulatedProcess>()

  constructor(options: SimulationOptions) {
    checkOptions(options, OPTIONS)
    const { seed, backing, weather, faults = [] } = options
    this.seed = seed
    this.random = seededRandom(seed)
    this.faults = new FaultPlan({
      random: this.random.fork('faults'),
      ...(weather === undefined ? undefined : { weather }),
    })
    this.faults.add(...faults)
    this.disk = new SimulatedDisk({ time: this.time, random: this.random.fork('disk'), backing })
    this.effects = new EffectWorld(this.time)
  }

  /** A process, not started yet. */
  process(name: string, options: ProcessOptions): SimulatedProcess {
    checkOptions(options, PROCESS)
    if (this.#processes.has(name)) throw refusedOption('name', `there is a process ${name} already`)
    const { time, disk, faults, effects, random } = this
    const tell = (process: string, what: string): void =>
      void this.happenings.push({ at: time.now(), process, what, order: time.nextOrder() })
    const process = new SimulatedProcess(name, { ...options, around: { time, disk, faults, effects, random, tell } })
    this.#processes.set(name, process)
    return process
  }

  get processes(): readonly SimulatedProcess[] {
    return [...this.#processes.values()]
  }

  /** Lets time pass until the promise settles, and gives its outcome. Throws `StuckError` when it never does. */
  async until<T>(work: PromiseLike<T>, { withinMs = PATIENCE_MS }: { readonly withinMs?: number } = {}): Promise<T> {
    checkSpan(withinMs, 'withinMs')
    let settled = false
    const done = (): void => {
      settled = true
      this.time.touch()
    }
    work.then(done, done)
    await this.time.runUntil(() => settled, { withinMs })
    return work
  }

  /** Lets time pass until the condition holds. */
  async when(condition: () => boolean, { withinMs = PATIENCE_MS }: { readonly withinMs?: number } = {}): Promise<void> {
    checkSpan(withinMs, 'withinMs')
    await this.time.runUntil(condition, { withinMs })
  }

  /** Lets exactly so much time pass. */
  async advance(durationMs: number): Promise<void> {
    checkSpan(durationMs, 'durationMs')
    await this.time.advance(durationMs)
  }

  /**
   * So much later at once, as if all machines had been suspended: what came due meanwhile is due when time passes again. For timers of
   * days, of which `advance` plays each heartbeat. Leases have run out by then.
   */
  async leap(durationMs: number): Promise<void> {
    checkSpan(durationMs, 'durationMs')
    await this.time.leap(durationMs)
  }

  /** The records of a stream as the disk holds them now, oldest first. */
  async records(stream: string): Promise<readonly StoredEvent[]> {
    const records: StoredEvent[] = []
    for await (const page of (await this.disk.admin()).read(stream)) records.push(...page)
    return records
  }

  /** Everything that happened, in order, readable. */
  story(): string {
    return tellStory(this)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes.values()) process.kill({ why: 'the simulation ends' })
    await this.time.settle()
    await this.disk.dispose()
  }
}

/** Of no number of milliseconds time would never come to its end. */
function checkSpan(ms: number, path: string): void {
  if (!(ms >= 0 && Number.isFinite(ms))) throw refusedOption(path, 'must be a number of milliseconds, 0 or more')
}
