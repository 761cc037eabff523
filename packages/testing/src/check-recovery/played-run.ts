/** One run of an agent in a simulated process, with at most one crash at a place that is named. */
import type { AnyAgent } from '@refold/core'
import { isRefoldError, memoryLog, memoryStore } from '@refold/core'
import { STILL_WEATHER } from '../simulation/faults.js'
import { ProcessDiedError } from '../simulation/simulated-process.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'
import { Simulation } from '../simulation/simulation.js'
import { BodyGate } from './body-gate.js'
import { faultText, isChartFault, thrownActions } from './chart-faults.js'
import type { ThrownOnce } from './chart-faults.js'
import { CheckedBodies } from './checked-bodies.js'
import { sendApproved } from './send-approved.js'
import { CheckedStreams } from './checked-streams.js'
import { PlayedAgents } from './played-agents.js'
import { RecordLimit } from './record-limit.js'
import { blockedIn, isNotTaken, playedAgent, requireStarted } from './played-result.js'
import { settleDoubts } from './settle-doubts.js'
import type { PlayedRun, RunOptions } from './run-shape.js'
import type { OutsideEvent, ScriptLine } from './scenario.js'

const ID = 'checked'
/** Rests at one place of the script, doubts and restarts included. */
const MOST_TURNS = 1_000
/** A body that waits for its time-out is given ever more time: up to nine hours in all. */
const MOST_FRUITLESS = 15
const FIRST_WAIT_MS = 1_000
/** What a chart has to end by itself. */
const CANCEL_MS = 86_400_000

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
  readonly #agents: PlayedAgents
  readonly #limit: RecordLimit
  readonly #stream: string
  /** For a stream no one waits: it goes on as long as its state. */
  readonly #streamSources: ReadonlySet<string>
  readonly #refusals: ThrownOnce[] = []
  #fault: string | undefined
  /** What bodies give is held back. */
  #holdsBodies = false
  #fruitless = 0
  #starts = 0

  constructor(simulation: Simulation, options: RunOptions) {
    const { cast, crash } = options
    this.#simulation = simulation
    this.#options = options
    this.#stream = `${cast.checked.definition.name}-${ID}`
    this.#streamSources = new Set(cast.sources('stream'))
    this.#bodies = new CheckedBodies({
      ...options,
      checked: this.#stream,
      gate: this.#gate,
      streams: this.#streams,
      time: simulation.time,
      world: simulation.effects,
      recordOf: (eventId) => simulation.disk.observed.get(eventId)?.event,
      kill: (why) => this.#process.kill({ why, inFlight: 'lands' }),
    })
    this.#process = simulation.process('worker', {
      agents: (effects) => this.#bodies.definitionsFor(effects),
      machine: 'one',
    })
    this.#agents = new PlayedAgents({ simulation, process: this.#process, cast, stream: this.#stream })
    this.#limit = new RecordLimit({
      simulation,
      names: cast.members.map(({ definition }) => definition.name),
      most: options.maxRecords,
      onReached: () => this.#process.kill({ why: 'the run is cut', inFlight: 'lands' }),
    })
    if (crash?.at !== 'append') return
    const { stream = this.#stream, nth, when } = crash
    simulation.faults.add({ target: stream, nth, fault: { kind: 'crash', when } })
  }

  async play(): Promise<PlayedRun> {
    const { scenario } = this.#options
    const taken: boolean[] = []
    for (const [index, line] of scenario.script.entries()) {
      this.#holdsBodies = 'meanwhile' in line
      await this.#rest()
      if (this.#hasEnded || (await this.#isOver())) break
      this.#holdsBodies = true // what the next line says comes first, also behind a crash
      taken.push(await this.#take(line, index))
    }
    this.#holdsBodies = false
    await this.#rest()
    while (!(await this.#isOver()) && (await this.#passTime())) await this.#rest()
    return this.#result(taken)
  }

  async #take(line: ScriptLine, index: number): Promise<boolean> {
    if ('wait' in line) return this.#passTime(line)
    if ('from' in line) return this.#hear(line)
    return 'cancel' in line ? this.#cancel() : this.#send(line.event, `line-${index}`)
  }

  async #send(event: OutsideEvent, id: string): Promise<boolean> {
    for (;;) {
      try {
        // The id makes it one event, however often it takes to send it.
        await this.#within((agent) => sendApproved(agent, event, id))
        return true
      } catch (error) {
        if (!(error instanceof ProcessDiedError)) return this.#notTaken(event, error)
        if (this.#limit.isReached) return false
        await this.#rest()
      }
    }
  }

  /** Once: the process may have died before it was told that the record is there. */
  async #cancel(): Promise<boolean> {
    if (this.#isCancelled) return false
    for (;;) {
      try {
        await this.#within((agent) => agent.cancel({ by: 'checkRecovery', deadlineMs: CANCEL_MS }))
        return true
      } catch (error) {
        if (!(error instanceof ProcessDiedError)) return this.#notTaken({ type: 'refold.cancel' }, error)
        await this.#rest()
        if (this.#isCancelled) return true
        if (this.#limit.isReached) return false
      }
    }
  }

  get #isCancelled(): boolean {
    return this.#hasEnded || this.#agents.checked?.getSnapshot().cancelling !== undefined
  }

  /** Throws what is neither the chart's answer nor its fault. */
  #notTaken(event: OutsideEvent, error: unknown): false {
    if (isChartFault(error, 'send')) {
      this.#fault = faultText(`${this.#stream} cannot take ${JSON.stringify(event)}`, error)
      return false
    }
    if (!isNotTaken(error)) throw error
    const agent = this.#options.cast.checked.definition.name
    if (isRefoldError(error, 'EVENT_REFUSED'))
      this.#refusals.push({ by: 'event', type: event.type, agent, message: error.message })
    return false
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
    const records = [...(await this.#agents.records()).values()].flat()
    return records.filter(({ type }) => type === 'refold.effect.event').length
  }

  /** Until nothing more happens at this instant: crashed processes are up again, outcomes are in, doubts are settled. */
  async #rest(): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      await this.#simulation.time.advance(0)
      if (this.#limit.isReached) return
      if (this.#process.state === 'down') await this.#startAgain()
      else if (await this.#isOver()) return
      else if (!(await this.#settleDoubts()) && !this.#releasesBody()) return
    }
  }

  #releasesBody(): boolean {
    return !this.#holdsBodies && this.#gate.release()
  }

  async #startAgain(): Promise<void> {
    const { scenario, cast } = this.#options
    this.#gate.clear()
    this.#streams.clear()
    this.#starts++
    this.#agents.clear()
    try {
      await this.#simulation.until(this.#process.start())
      const started = this.#process.startAgent(cast.checked.definition.name, { id: ID, input: scenario.input })
      this.#agents.started(await this.#simulation.until(started))
    } catch (error) {
      if (isChartFault(error, 'start')) this.#fault = faultText(`${this.#stream} cannot be started`, error)
      else if (!(error instanceof ProcessDiedError)) throw error
    }
  }

  async #settleDoubts(): Promise<boolean> {
    const operator = { world: this.#simulation.effects, incarnation: this.#process.author.incarnation }
    try {
      for (const agent of (await this.#agents.all()).values())
        if (await this.#within(() => settleDoubts(agent, operator))) return true
      return false
    } catch (error) {
      if (error instanceof ProcessDiedError) return true
      throw error
    }
  }

  /** Until the next thing that is due; `false` when nothing is. */
  async #passTime({ meanwhile = false }: { readonly meanwhile?: boolean } = {}): Promise<boolean> {
    const { time } = this.#simulation
    const entries = await this.#agents.entries()
    const effects = [...(await this.#agents.all())].flatMap(([stream, agent]) => this.#effectsOf(stream, agent))
    // Of an attempt that is under way it may still be there.
    const retries = effects.map(({ retryAt }) => retryAt).filter((at) => !meanwhile || Number(at) > time.now())
    const due = [...entries.map(({ nextDueAt }) => nextDueAt), ...retries].filter((at) => at !== undefined)
    if (due.length > 0) await time.leap(Math.max(0, Math.min(...due) - time.now()))
    else if (meanwhile) return false
    else if (effects.some(({ src }) => !this.#streamSources.has(src)) && this.#fruitless < MOST_FRUITLESS)
      await time.advance(FIRST_WAIT_MS * 2 ** this.#fruitless++)
    else return false
    return true
  }

  #effectsOf(stream: string, agent: AnyAgent): readonly { readonly src: string; readonly retryAt?: number }[] {
    const effects: readonly { readonly src: string; readonly retryAt?: number }[] = agent.getSnapshot().effects
    const prefix = stream === this.#stream ? '' : `${agent.name}/`
    return effects.map(({ src, ...effect }) => ({ ...effect, src: `${prefix}${src}` }))
  }

  async #within<T>(work: (agent: AnyAgent) => Promise<T>): Promise<T> {
    const agent = this.#agents.checked
    if (agent === undefined || this.#process.state === 'down') throw new ProcessDiedError('the process is down')
    return this.#simulation.until(this.#process.perform(() => work(agent)))
  }

  get #hasEnded(): boolean {
    const status: unknown = this.#agents.checked?.getSnapshot().status
    return status !== undefined && status !== 'active'
  }

  /** Nothing more can come of it: all have ended, one is blocked, or the run is cut. */
  async #isOver(): Promise<boolean> {
    if (this.#fault !== undefined || this.#limit.isReached) return true
    if (this.#process.state === 'down') return false
    const agents = await this.#agents.all()
    if (agents.size === 0) return false
    return blockedIn(agents) !== undefined || [...agents.values()].every((agent) => hasEnded(agent))
  }

  async #result(taken: readonly boolean[]): Promise<PlayedRun> {
    const cut = this.#limit.isReached
    const handles = cut ? this.#agents.known : await this.#agents.all()
    const records = await this.#agents.records()
    requireStarted(records, this.#options.cast)
    const simulation = this.#simulation
    return {
      checked: this.#stream,
      taken,
      agents: new Map(
        [...records].map(([stream, events]) => {
          const seen = { agent: handles.get(stream), appends: this.#limit.appendsTo(stream) }
          return [stream, playedAgent(events, seen)]
        }),
      ),
      blocked: blockedIn(handles),
      fault: this.#fault,
      thrown: [...thrownActions(this.#process.logLines), ...this.#refusals],
      cut,
      crashed: this.#starts > 1,
      slow: this.#bodies.slow,
      bodies: this.#bodies.begun,
      called: this.#bodies.called,
      story: () => simulation.story(),
    }
  }
}

function hasEnded(agent: AnyAgent): boolean {
  return agent.getSnapshot().status !== 'active'
}
