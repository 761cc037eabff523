/** Drives `decide` by hand: no store, no clock, no promises. Every record is folded, and must give the state that came with it. */
import { internalsOf } from '../definition/define-agent.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { invariant } from '../errors.js'
import type { EffectId, StateDocument } from '../record/state-document.js'
import { fold } from '../record/fold.js'
import type { NewRecord } from '../record/record.js'
import { createTree, hydrateTree } from '../step/tree.js'
import { decide } from './decide.js'
import type { Decision } from './decision.js'
import type { Envelope, Input } from './inputs.js'

const OWNER = 'owner'

export class Decider {
  state: StateDocument | undefined
  readonly records: NewRecord[] = []
  now = 1_000
  maxWaiting = 2
  readonly #definition: ReturnType<typeof internalsOf>

  constructor(definition: AgentDefinition) {
    this.#definition = internalsOf(definition)
  }

  /** An agent that its owner has started. */
  static started(definition: AgentDefinition): Decider {
    const decider = new Decider(definition)
    decider.own({ kind: 'started', input: undefined })
    return decider
  }

  /** From the current owner at the current epoch. */
  own(input: Input, envelope: Partial<Envelope> = {}): Decision {
    return this.take({
      input,
      worker: this.state?.agent.owner ?? OWNER,
      epoch: this.state?.agent.epoch ?? 1,
      ...envelope,
    })
  }

  /** From anyone. */
  outside(input: Input, envelope: Partial<Envelope> = {}): Decision {
    return this.take({ input, worker: 'anyone', ...envelope })
  }

  take(envelope: Envelope): Decision {
    const { state, now } = this
    const lastAt = this.records.at(-1)?.metadata.refold.at ?? 0
    const options = { agentId: '1', onActorSend: () => {}, onLog: () => {} }
    const decision = decide(
      {
        definition: this.#definition,
        agentId: '1',
        state,
        tree: () =>
          state === undefined ? createTree(this.#definition, options) : hydrateTree(this.#definition, state, options),
        placedTree: (patched) => hydrateTree(this.#definition, patched, { ...options, isPlaced: true }),
        revision: this.records.length,
        now,
        at: Math.max(now, lastAt),
        eventId: `event-${this.records.length}`,
        maxWaiting: this.maxWaiting,
      },
      envelope,
    )
    if (decision.kind === 'recorded') this.#apply(decision.record, decision.state)
    return decision
  }

  /** The one effect of the agent. */
  get effect(): EffectId {
    const [id] = Object.keys(this.state?.effects ?? {})
    invariant(id !== undefined, 'the agent has no effect')
    return id
  }

  #apply(record: NewRecord, state: StateDocument): void {
    const stored = JSON.parse(JSON.stringify(record)) as NewRecord
    const folded = fold(this.state, { id: stored.id, data: stored.data, metadata: stored.metadata as never })
    invariant(
      JSON.stringify(folded) === JSON.stringify(state),
      'folding a record gives another state than the one that came with it',
    )
    this.records.push(record)
    this.state = state
  }
}
