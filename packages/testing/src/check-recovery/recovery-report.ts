/** What a check that found no difference has seen. */
import type { Cast } from './cast.js'
import type { PlayedRun } from './run-shape.js'
import type { RecoveryOptions } from './recovery-options.js'
import type { Scenario } from './scenario.js'
import { ReachedTally } from './unreached.js'
import type { Unreached } from './unreached.js'

/** What the code of a chart threw without harm to the records. */
export interface ThrownFinding {
  /** A custom action, which runs after its record and changes nothing by throwing, or an event that is refused by it. */
  readonly by: 'action' | 'event'
  /** The action's or the event's type. */
  readonly type: string
  /** The name of the definition. */
  readonly agent: string
  /** Of the first that was thrown. */
  readonly message: string
  /** In the runs without a crash. */
  readonly times: number
}

/** What a check did, and what it saw in the runs without a crash. */
export interface RecoveryReport extends Unreached {
  /** Scenarios that were played. */
  readonly runs: number
  /** Crashes that were tried, over all scenarios. */
  readonly crashes: number
  /** Custom actions that threw, and events that were refused with `EVENT_REFUSED`. */
  readonly thrown: readonly ThrownFinding[]
}

/** What is to fail the check, in words. */
export function findingsOf(report: RecoveryReport, { thrown, unreached }: RecoveryOptions): readonly string[] {
  return [...(unreached === 'fail' ? unreachedIn(report) : []), ...(thrown === 'fail' ? thrownIn(report) : [])]
}

function unreachedIn({ statesNeverEntered, effectsNeverCalled, eventsNeverAccepted }: Unreached): readonly string[] {
  const lists = [
    ['states never entered', statesNeverEntered],
    ['effects never called', effectsNeverCalled],
    ['events never accepted', eventsNeverAccepted],
  ] as const
  return lists.flatMap(([what, names]) => (names.length === 0 ? [] : [`- ${what}: ${names.join(', ')}`]))
}

function thrownIn({ thrown }: RecoveryReport): readonly string[] {
  return thrown.map(
    ({ by, type, agent, message, times }) =>
      `- ${by === 'action' ? `the action "${type}" of ${agent} threw` : `${agent} refused ${type}, as its chart threw`} (${times} times): ${message}`,
  )
}

/** Gathers the report while the scenarios are played. */
export class RecoveryTally {
  readonly #thrown = new Map<string, ThrownFinding>()
  readonly #reached: ReachedTally
  #runs = 0
  #crashes = 0

  constructor(cast: Cast) {
    this.#reached = new ReachedTally(cast)
  }

  /** A run without a crash. */
  played(run: PlayedRun, scenario: Scenario): void {
    this.#runs++
    this.#reached.played(run, scenario)
    for (const one of run.thrown) {
      const name = JSON.stringify([one.by, one.type, one.agent])
      const { message, times } = this.#thrown.get(name) ?? { ...one, times: 0 }
      this.#thrown.set(name, { ...one, message, times: times + 1 })
    }
  }

  crashed(): void {
    this.#crashes++
  }

  report(): RecoveryReport {
    const thrown = [...this.#thrown.values()]
    return { runs: this.#runs, crashes: this.#crashes, ...this.#reached.unreached(), thrown }
  }
}
