/**
 * How a worker finds agents to perform for: at the start, when others append, when something is due, and by looking
 * at the directory again and again. What becomes of each is said in `recovery.ts`.
 */
import { isAtWork } from '../../decide/summary.js'
import type { Recovered } from '../../public/runtime.js'
import { isSameEffects } from '../../record/large-members.js'
import type { CancelTimer } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { DeathWatch } from '../liveness/death-watch.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'
import { Claiming } from './claiming.js'
import { Due } from './due.js'
import { Feed } from './feed.js'
import { Guard } from './guard.js'
import { Looks } from './looks.js'
import { Recovery } from './recovery.js'
import { nothingFound, Sweep } from './sweep.js'
import type { MutableRecovered } from './sweep.js'

export class Takeover {
  readonly #runtime: WorkerRuntime
  readonly #abort = new AbortController()
  readonly #guard: Guard
  readonly #watch: DeathWatch
  readonly #claiming: Claiming
  readonly #recovery: Recovery
  readonly #sweep: Sweep
  readonly #feed: Feed
  #cancel: CancelTimer | undefined
  #following: Promise<void> = Promise.resolve()
  #sweeping: Promise<void> = Promise.resolve()

  constructor(runtime: WorkerRuntime) {
    const { world, owners, events, capacity } = runtime
    const { signal } = this.#abort
    this.#runtime = runtime
    this.#guard = new Guard(events, signal)
    const guard = this.#guard
    this.#watch = new DeathWatch({ world, owners, events, onGone: (owner) => void this.#sweep.takeFrom(owner) })
    const watch = this.#watch
    const claiming = new Claiming({ runtime, watch, guard })
    this.#claiming = claiming
    this.#recovery = new Recovery({ runtime, claiming })
    const looks = new Looks(world)
    const due = new Due({ runtime, claiming })
    this.#sweep = new Sweep({ runtime, guard, looks, signal, watch, claiming, recovery: this.#recovery, due })
    this.#feed = new Feed({ runtime, guard, looks, signal, lookAt: (stream) => this.#sweep.lookAt(stream) })
    if (!runtime.performs) return
    events.on('due', ({ stream }) => void guard.run(stream, () => due.fire(stream)))
    events.on('room', ({ stream }) => {
      void guard.run(stream, () => this.#sweep.lookAt(stream)).then(() => capacity.lookedAt(stream))
    })
    events.on('unperformed', (_event, cell) => void this.takeUp(cell))
    events.on('recorded', ({ before, after }, cell) => {
      if (before?.agent === after.agent && isSameEffects(before, after) && before.root.status === after.root.status)
        return
      if (!runtime.owns(after) && isAtWork(after)) void this.takeUp(cell)
    })
  }

  /** Follows other processes from here on, and takes up what no one performs. Resolves when the first look is done. */
  async begin(): Promise<Recovered> {
    this.#following = this.#feed.follow()
    const recovered = { agents: 0, effects: 0, ...nothingFound() }
    if (!this.#runtime.performs) return recovered
    try {
      await this.#moment()
      this.#countInto(recovered)
      this.#claiming.begin()
      for (const cell of this.#runtime.cells.all()) void this.takeUp(cell) // what was asked of them meanwhile
      await this.#sweep.firstSweep(recovered)
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#sweep.tellNothingIsTaken(error)
      throw error
    } finally {
      this.#schedule()
    }
    return { ...recovered } // what is taken over from now on is told, and not counted
  }

  /** `recovered` and `onTakeover` say the same: what is told is what is counted. */
  #countInto(recovered: MutableRecovered): void {
    this.#runtime.events.on('takeover', ({ taken }) => {
      recovered.agents++
      recovered.effects += taken.effects
    })
  }

  async close(): Promise<void> {
    this.#abort.abort()
    this.#watch.close()
    this.#cancel?.()
    await Promise.all([this.#following, this.#sweeping])
  }

  /** For someone who holds the agent in the hand: what stands in the way is reported, and the agent may still be looked at. */
  async takeUp(cell: AgentCell): Promise<void> {
    await this.#guard.run(cell.stream, () => this.#recovery.adopt(cell))
  }

  /** Until this process has lived so long that it is no short script. */
  async #moment(): Promise<void> {
    const { world, settings } = this.#runtime
    const { takeoverAfterMs } = settings
    if (takeoverAfterMs === 0) return
    await new Promise<void>((resolve) => {
      this.#cancel = world.clock.setTimer(resolve, takeoverAfterMs)
      this.#abort.signal.addEventListener('abort', () => resolve())
    })
  }

  #schedule(): void {
    const { world, settings } = this.#runtime
    if (this.#abort.signal.aborted) return
    this.#cancel = world.clock.setTimer(() => {
      this.#sweeping = this.#sweep
        .sweep()
        .catch((error: unknown) => this.#sweep.couldNotSweep(error))
        .then(() => this.#schedule())
    }, settings.heartbeatEveryMs)
  }
}
