/** What a run is played with, and what it came to. */
import type { Cast } from './cast.js'
import type { ThrownOnce } from './chart-faults.js'
import type { CrashPoint, StubEffects } from './checked-bodies.js'
import type { PlayedAgent } from './played-result.js'
import type { Scenario } from './scenario.js'

export interface RunOptions {
  readonly cast: Cast
  readonly scenario: Scenario
  readonly effects: StubEffects
  readonly crash: CrashPoint | undefined
  /** A run that goes on and on is cut here. */
  readonly maxRecords: number
  readonly bodyPatienceMs: number
}

export interface PlayedRun {
  /** The stream of the checked agent. */
  readonly checked: string
  /** Which lines of the script the agent took. */
  readonly taken: readonly boolean[]
  /** By stream, the checked one first. */
  readonly agents: ReadonlyMap<string, PlayedAgent>
  /** Which agent could not go on, and why. */
  readonly blocked: string | undefined
  /** What the chart does wrong with an event, or at its start: nothing came of it. */
  readonly fault: string | undefined
  /** What its code threw without harm to the records. */
  readonly thrown: readonly ThrownOnce[]
  /** It never came to rest. */
  readonly cut: boolean
  /** Whether its process died on the way. */
  readonly crashed: boolean
  /** Sources of bodies that took longer than they are waited for. */
  readonly slow: ReadonlySet<string>
  readonly bodies: number
  /** Sources of the bodies that began. */
  readonly called: ReadonlySet<string>
  readonly story: () => string
}
