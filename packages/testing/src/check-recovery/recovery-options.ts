/** What a check of recovery may be told. */
import type { AgentDefinition } from '@refold/core'
import type fc from 'fast-check'
import type { StubEffects } from './checked-bodies.js'

/** What `checkRecovery` may be told. */
export interface RecoveryOptions {
  /**
   * What stands in for every effect with one outcome, by source (`draft`, `child.charge` in a child machine, `writer/write`
   * of another agent): a function of the input alone, which returns the output or throws. `'real'` runs the effect's own
   * body: it must give the same output for the same input, and runs often. One that is not named here is refused.
   */
  readonly effects?: StubEffects
  /** The agents that this one starts or writes to. They play along in the same process, and are compared too. */
  readonly agents?: readonly AgentDefinition[]
  /** Generated scenarios. Default 20. */
  readonly runs?: number
  /** Longest script of outside events. Default 6. */
  readonly maxEvents?: number
  /** Where the input's schema does not say enough, or there is none. */
  readonly input?: fc.Arbitrary<unknown>
  /** Payloads of events, by type, likewise. */
  readonly events?: Readonly<Record<string, fc.Arbitrary<object>>>
  /**
   * What callbacks and observables say, by source as in `effects`: events, or an observable's values. Their own bodies do not run. Without
   * it a callback (or observable of events) of the agent itself sends the events that the definition describes; other
   * streams are silent, as the types of what they say cannot be seen.
   */
  readonly streams?: Readonly<Record<string, fc.Arbitrary<unknown>>>
  /** Most crashes tried for one scenario; beyond it they are spread over the run. Default 30. */
  readonly maxCrashes?: number
  /** An agent that never comes to rest is cut after so many records. Default 200. */
  readonly maxRecords?: number
  /** Real milliseconds after which a body is taken to wait for time to pass. Default 1,000. */
  readonly bodyPatienceMs?: number
  /**
   * What a custom action that throws, or an event that is refused because the chart throws, does to the check. Default `'tell'`:
   * they stand in the report.
   */
  readonly thrown?: 'tell' | 'fail'
  /** What states, effects and events that no run came to do to the check. Default `'tell'`: they stand in the report. */
  readonly unreached?: 'tell' | 'fail'
  /** Replays one failure, as its message tells it. */
  readonly seed?: number
  readonly path?: string
}
