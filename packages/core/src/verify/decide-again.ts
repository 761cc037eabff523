/**
 * Deciding the records of one agent again, one after the other.
 *
 * Invariant: whatever the decision before was, each is made on the state that was recorded before it.
 */
import type { Decision } from '../decide/decision.js'
import type { Envelope } from '../decide/inputs.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { isRefoldError, RefoldError } from '../errors.js'
import type { StateDocument } from '../record/state-document.js'
import { decideBatch, TreeCache } from '../runtime/cell/decide-batch.js'
import { nowOf } from './recorded-input.js'
import type { RecordedStep } from './recorded-input.js'

type Place = Pick<RecordedStep, 'event' | 'header' | 'before' | 'definition'>

export class DecideAgain {
  readonly #agentId: string
  #definition: DefinitionInternals | undefined
  #trees: TreeCache | undefined

  constructor(agentId: string) {
    this.#agentId = agentId
  }

  /** What the code of the definition answers. Its throws are answers too. */
  decide(envelope: Envelope, { event, header, before, definition }: Place): Decision {
    const [now, at] = [nowOf(header), header.at]
    try {
      const { decisions } = decideBatch([envelope], {
        definition,
        agentId: this.#agentId,
        state: before,
        revision: Number(event.revision),
        maxWaiting: Infinity,
        lastAt: at,
        trees: this.#treesOf(definition),
        world: { clock: { now: () => now }, newId: () => event.id },
      })
      return decisions[0] as Decision // one an envelope
    } catch (error) {
      this.drop()
      return { kind: 'refused', error: refoldError(error) }
    }
  }

  /** The live tree is not that of the state to go on from. */
  drop(): void {
    this.#trees?.drop()
  }

  /** The state goes on without a decision: the live tree stays if it did not move. */
  passed(before: StateDocument | undefined, after: StateDocument | undefined): void {
    if (before?.root !== after?.root || before?.timers !== after?.timers) this.drop()
  }

  #treesOf(definition: DefinitionInternals): TreeCache {
    if (this.#trees === undefined || this.#definition !== definition) {
      this.#trees = new TreeCache(definition, { agentId: this.#agentId, onActorSend: () => {}, onLog: () => {} })
      this.#definition = definition
    }
    return this.#trees
  }
}

/** Of what is thrown while an input is decided. */
export function refoldError(error: unknown): RefoldError {
  if (isRefoldError(error)) return error
  return new RefoldError('INVARIANT', error instanceof Error ? error.message : String(error), { cause: error })
}
