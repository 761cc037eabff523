/**
 * What a process knows to be stored of one agent: the newest state that was folded, the record that it stands on, and the live
 * tree of that state, which is a cache.
 */
import type { Recorded } from '../../decide/decision.js'
import type { Envelope } from '../../decide/inputs.js'
import type { DefinitionInternals } from '../../definition/internals.js'
import { invariant, mayPass } from '../../errors.js'
import type { RefoldError } from '../../errors.js'
import { foldAfter } from '../../history/fold-stream.js'
import type { Folded } from '../../history/fold-stream.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { Snapshot } from '../../log/snapshots.js'
import { advance, lengthOf } from '../../record/revision.js'
import type { Expected } from '../../record/revision.js'
import type { StateDocument } from '../../record/state-document.js'
import type { Tree, TreeOptions } from '../../step/tree-step.js'
import type { AppendOptions } from '../../store/port.js'
import type { World } from '../../world/world.js'
import { decideBatch, TreeCache } from './decide-batch.js'
import type { DecidedBatch } from './decide-batch.js'
import { MAX_QUEUE } from './input-queue.js'

type Known = Pick<Folded, 'state' | 'head' | 'headId' | 'lastAt'>

export interface ReadOnOptions {
  readonly log: AgentLog
  readonly stream: string
  /** Asked after each failure. */
  readonly isGivenUp: () => boolean
  /** Told so many failures in a row; resolves when another try is worth it. */
  readonly pause: (error: RefoldError, times: number) => Promise<void>
}

export class Replica {
  readonly #definition: DefinitionInternals
  readonly #agentId: string
  readonly #trees: TreeCache
  #known: Known

  constructor(definition: DefinitionInternals, { known, tree }: { readonly known: Known; readonly tree: TreeOptions }) {
    this.#definition = definition
    this.#agentId = tree.agentId
    this.#trees = new TreeCache(definition, tree)
    this.#known = known
  }

  /** `undefined` before the first record. */
  get state(): StateDocument | undefined {
    return this.#known.state
  }
  get head(): Expected {
    return this.#known.head
  }
  /** What an append that is decided now must find in the store. */
  get decidedOn(): Pick<AppendOptions, 'expected' | 'expectedId'> {
    const { head, headId } = this.#known
    return head === 'no_stream' ? { expected: head } : { expected: head, expectedId: headId }
  }
  /** What a snapshot of this very state needs; `undefined` before the first record. */
  get snapshot(): Snapshot | undefined {
    const { state, head, headId, lastAt } = this.#known
    if (state === undefined || head === 'no_stream') return undefined
    return { revision: head, eventId: headId, lastAt, state }
  }

  /** The live tree of the state, for effect bodies and questions. */
  tree(): Tree {
    const { state } = this.#known
    invariant(state !== undefined, 'an agent has no tree before it exists')
    return this.#trees.of(state)
  }

  /** Decides inputs one on the other. Nothing is known to be stored by it. */
  decide(envelopes: readonly Envelope[], world: World): DecidedBatch {
    const { state, head, lastAt } = this.#known
    const revision = lengthOf(head)
    return decideBatch(envelopes, {
      definition: this.#definition,
      agentId: this.#agentId,
      state,
      lastAt,
      revision,
      maxWaiting: MAX_QUEUE,
      world,
      trees: this.#trees,
    })
  }

  /** The store has taken one more record. */
  advance({ record, state }: Recorded): void {
    this.#known = { state, head: advance(this.head), headId: record.id, lastAt: record.metadata.refold.at }
  }

  /** The live tree may be that of a state which is not stored. */
  forgetTree(): void {
    this.#trees.drop()
  }

  /**
   * Folds on to the head. A read that fails for a moment is tried again: outcomes may wait behind it. `undefined`: given up,
   * or there was nothing.
   */
  async readOn({ log, stream, isGivenUp, pause }: ReadOnOptions): Promise<Folded | undefined> {
    for (let times = 1; ; times++) {
      try {
        const folded = await foldAfter(log, stream, { ...this.#known, foreign: 0, records: 0, deliveries: [] })
        if (folded.head === this.head) return undefined
        this.#known = folded
        this.forgetTree()
        return folded
      } catch (error) {
        if (!mayPass(error)) throw error
        if (isGivenUp()) return undefined
        await pause(error, times)
      }
    }
  }
}
