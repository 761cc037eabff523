/** One run of an agent in a simulated process, with at most one crash at a place that is named. */
import type { AgentDefinition, AnyAgent, JsonValue, StoredEvent } from '@refold/core'
import type { RecordMetadata } from '@refold/core/record'
import { isRefoldError, memoryLog, memoryStore } from '@refold/core'
import { describeDefinition } from '@refold/core/definition'
import { STILL_WEATHER } from '../simulation/faults.js'
import { ProcessDiedError } from '../simulation/simulated-process.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'
import { Simulation } from '../simulation/simulation.js'
import { BodyGate } from './body-gate.js'
import { CheckedBodies } from './checked-bodies.js'
import { CheckedStreams, streamsOf } from './checked-streams.js'
import type { CrashPoint, StubEffects } from './checked-bodies.js'
import { settleDoubts } from './settle-doubts.js'
import type { Scenario, ScriptLine } from './scenario.js'

export interface RunOptions {
  readonly definition: AgentDefinition
  readonly scenario: Scenario
  readonly effects: StubEffects
  readonly crash: CrashPoint | undefined
  /** A run that goes on and on is cut here. */
  readonly maxRecords: number
  readonly bodyPatienceMs: number
}

/** One record without what a takeover may change: revisions, keys, times. */
export interface DomainRecord {
  readonly type: string
  readonly data: JsonValue
}

export interface PlayedRun {
  /** Which lines of the script the agent took. */
  readonly taken: readonly boolean[]
  readonly final: { readonly [field: string]: unknown }
  readonly history: readonly DomainRecord[]
  readonly emitted: readonly JsonValue[]
  /** It never came to rest. */
  readonly cut: boolean
  /** Appends that there can have been: each held a record. */
  readonly appends: number
  readonly bodies: number
  readonly crashed: boolean
  readonly story: () => string
}

const ID = 'checked'
/** Rests at one place of the script, doubts and restarts included. */
const MOST_TURNS = 1_000
/** A body that waits for its time-out is given ever more time: up to nine hours in all. */
const MOST_FRUITLESS = 15
const FIRST_WAIT_MS = 1_000

/** Plays the scenario to its end. */
export async function playRun(options: RunOptions): Promise<PlayedRun> {
  const log = memoryLog()
  const simulation = new Simulation({
    seed: 'checkRecovery',
    weather: STILL_WEATHER,
    backing: () => ({ open: () => memoryStore(log), dispose: () => undefined }),
  })
  try {
    return await new Player(simulation, options).play()
  } finally {
    await simulation[Symbol.asyncDispose]()
  }
}

class Player {
  readonly #simulation: Simulation
  readonly #options: RunOptions
  readonly #gate = new BodyGate()
  readonly #streams = new CheckedStreams()
  readonly #bodies: CheckedBodies
  readonly #process: SimulatedProcess
  readonly #stream: string
  /** For a stream no one waits: it goes on as long as its state. */
  readonly #streamSources: ReadonlySet<string>
  #agent: AnyAgent | undefined
  #fruitless = 0
  #starts = 0

  constructor(simulation: Simulation, options: RunOptions) {
    const { definition, crash } = options
    this.#simulation = simulation
    this.#options = options
    this.#stream = `${definition.name}-${ID}`
    this.#streamSources = new Set(streamsOf(describeDefinition(definition)).keys())
    this.#bodies = new CheckedBodies({
      ...options,
      gate: this.#gate,
      streams: this.#streams,
      time: simulation.time,
      world: simulation.effects,
      kill: (why) => this.#process.kill({ why, inFlight: 'lands' }),
    })
    this.#process = simulation.process('worker', {
      agents: (effects) => [this.#bodies.definitionFor(effects)],
      machine: 'one',
    })
    if (crash?.at === 'append')
      simulation.faults.add({ target: this.#stream, nth: crash.nth, fault: { kind: 'crash', when: crash.when } })
  }

  async play(): Promise<PlayedRun> {
    const { scenario } = this.#options
    const taken: boolean[] = []
    await this.#rest()
    for (const [index, line] of scenario.script.entries()) {
      if (await this.#isOver()) break
      taken.push(await this.#take(line, index))
      await this.#rest()
    }
    while (!(await this.#isOver()) && (await this.#passTime())) await this.#rest()
    return this.#result(taken)
  }

  async #take(line: ScriptLine, index: number): Promise<boolean> {
    if ('wait' in line) return this.#passTime()
    if ('from' in line) return this.#hear(line)
    for (;;) {
      try {
        // The id makes it one event, however often it takes to send it.
        await this.#within((agent) => send(agent, line.event, `line-${index}`))
        return true
      } catch (error) {
        if (error instanceof ProcessDiedError) await this.#rest()
        else if (
          isRefoldError(error, 'EVENT_NOT_ACCEPTED') ||
          isRefoldError(error, 'EVENT_REFUSED') ||
          isRefoldError(error, 'NOT_ACTIVE') ||
          isRefoldError(error, 'STALE_APPROVAL')
        )
          return false
        else throw error
      }
    }
  }

  /** A stream says it once more when its process died before the record; whether there is one. */
  async #hear({ from, says }: Extract<ScriptLine, { readonly from: string }>): Promise<boolean> {
    const before = await this.#heard()
    for (;;) {
      const starts = this.#starts
      if (!this.#streams.say(from, says)) return false
      await this.#rest()
      if ((await this.#heard()) > before) return true
      if (starts === this.#starts) return false
    }
  }

  async #heard(): Promise<number> {
    const records = await this.#simulation.records(this.#stream)
    return records.filter(({ type }) => type === 'refold.effect.event').length
  }

  /** Until nothing more happens at this instant: crashed processes are up again, outcomes are in, doubts are settled. */
  async #rest(): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      await this.#simulation.time.advance(0)
      if (this.#process.state === 'down') await this.#startAgain()
      else if (await this.#isOver()) return
      else if (!this.#gate.release() && !(await this.#settleDoubts())) return
    }
  }

  async #startAgain(): Promise<void> {
    const { scenario, definition } = this.#options
    this.#gate.clear()
    this.#streams.clear()
    this.#starts++
    this.#agent = undefined
    try {
      await this.#simulation.until(this.#process.start())
      this.#agent = await this.#simulation.until(
        this.#process.startAgent(definition.name, { id: ID, input: scenario.input }),
      )
    } catch (error) {
      if (!(error instanceof ProcessDiedError)) throw error
    }
  }

  async #settleDoubts(): Promise<boolean> {
    try {
      return await this.#within((agent) => settleDoubts(agent, { world: this.#simulation.effects }))
    } catch (error) {
      if (error instanceof ProcessDiedError) return true
      throw error
    }
  }

  /** Until the next thing that is due; `false` when nothing is. */
  async #passTime(): Promise<boolean> {
    const { time, disk } = this.#simulation
    const entry = await (await disk.admin()).directory.get(this.#stream)
    const effects: readonly { readonly src: string; readonly retryAt?: number }[] =
      this.#agent?.getSnapshot().effects ?? []
    const due = [entry?.nextDueAt, ...effects.map(({ retryAt }) => retryAt)].filter((at) => at !== undefined)
    if (due.length > 0) await time.leap(Math.max(0, Math.min(...due) - time.now()))
    else if (effects.some(({ src }) => !this.#streamSources.has(src)) && this.#fruitless < MOST_FRUITLESS)
      await time.advance(FIRST_WAIT_MS * 2 ** this.#fruitless++)
    else return false
    return true
  }

  async #within<T>(work: (agent: AnyAgent) => Promise<T>): Promise<T> {
    const agent = this.#agent
    if (agent === undefined) throw new ProcessDiedError('the process is down')
    return this.#simulation.until(this.#process.perform(() => work(agent)))
  }

  async #isOver(): Promise<boolean> {
    if (this.#process.state === 'down') return false
    const records = await this.#simulation.records(this.#stream)
    return (
      records.length >= this.#options.maxRecords ||
      (this.#agent !== undefined && this.#agent.getSnapshot().status !== 'active')
    )
  }

  async #result(taken: readonly boolean[]): Promise<PlayedRun> {
    const records = await this.#simulation.records(this.#stream)
    const { status, value, context, output, error, condition } = this.#agent?.getSnapshot() ?? {}
    return {
      taken,
      final: { status, value, context, output, error, condition },
      history: records.filter(isDomain).map(({ type, data }) => ({ type, data: withoutTimes(data) })),
      emitted: records.flatMap(({ metadata }) => (metadata as unknown as RecordMetadata).refold.body.emit ?? []),
      cut: records.length >= this.#options.maxRecords,
      appends: records.length,
      bodies: this.#bodies.begun,
      crashed: this.#simulation.happenings.some(
        ({ what }) => what.startsWith('dies') && !what.includes('the simulation ends'),
      ),
      story: () => this.#simulation.story(),
    }
  }
}

/** An event that needs an approval is approved on the spot. */
async function send(agent: AnyAgent, event: { readonly type: string }, id: string): Promise<void> {
  try {
    await agent.send(event, { id })
  } catch (error) {
    if (!isRefoldError(error, 'APPROVAL_REQUIRED')) throw error
    await agent.send(event, { id, by: 'checkRecovery', approval: await agent.approval(event.type) })
  }
}

const OF_RECOVERY: ReadonlySet<string> = new Set([
  'refold.claimed',
  'refold.released',
  'refold.cleared',
  'refold.effect.started',
  'refold.effect.resolved',
  'refold.effect.doubted',
  'refold.effect.step',
])

function isDomain({ type }: StoredEvent): boolean {
  return !OF_RECOVERY.has(type)
}

function withoutTimes(data: JsonValue): JsonValue {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  const { lateMs: _lateMs, retryAt: _retryAt, ...rest } = data as { readonly [key: string]: JsonValue }
  return rest
}
