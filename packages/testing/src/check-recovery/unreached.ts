/** What no run of a check without a crash came to: a check proves nothing of it. */
import type { Cast } from './cast.js'
import type { PlayedRun } from './run-shape.js'
import type { Scenario } from './scenario.js'
import { StateCoverage } from './state-coverage.js'

/** By name; empty: the runs came to all of it. */
export interface Unreached {
  /**
   * Paths of states, each the uppermost: `open`, `work.draft`; in a child machine `child: on`, in another agent `writer/done`.
   * A machine or an agent that never ran is named alone.
   */
  readonly statesNeverEntered: readonly string[]
  /** Sources, as in `effects`. */
  readonly effectsNeverCalled: readonly string[]
  /** Types of events from outside that the checked agent describes. */
  readonly eventsNeverAccepted: readonly string[]
}

export class ReachedTally {
  readonly #cast: Cast
  readonly #states: ReadonlyMap<string, StateCoverage>
  readonly #called = new Set<string>()
  readonly #accepted = new Set<string>()

  constructor(cast: Cast) {
    this.#cast = cast
    this.#states = new Map(
      cast.members.map(({ definition, description }) => [definition.name, new StateCoverage(description.chart)]),
    )
  }

  played({ agents, called, checked, taken }: PlayedRun, { script }: Scenario): void {
    for (const [stream, { records }] of agents) this.#states.get(stream.slice(0, stream.indexOf('-')))?.saw(records)
    for (const src of called) this.#called.add(src)
    for (const { type } of agents.get(checked)?.records ?? []) this.#accepted.add(type)
    for (const [index, line] of script.entries()) {
      const said = 'event' in line ? line.event : 'from' in line ? line.says : undefined
      const { type } = Object(said) as { readonly type?: unknown }
      if (taken[index] === true && typeof type === 'string') this.#accepted.add(type)
    }
  }

  unreached(): Unreached {
    const { members, checked } = this.#cast
    return {
      statesNeverEntered: members.flatMap(({ definition: { name }, prefix }) =>
        (this.#states.get(name)?.neverEntered() ?? []).map((state) => (state === '' ? name : `${prefix}${state}`)),
      ),
      effectsNeverCalled: this.#cast.sources('call').filter((src) => !this.#called.has(src)),
      eventsNeverAccepted: [...checked.description.eventSchemas.keys()].filter((type) => !this.#accepted.has(type)),
    }
  }
}
