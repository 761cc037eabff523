/** Decides a line of inputs one on the other: each on the state that the one before it would give. */
import type { DecideContext } from '../../decide/context.js'
import { decide } from '../../decide/decide.js'
import type { Decision, Recorded } from '../../decide/decision.js'
import type { Envelope } from '../../decide/inputs.js'
import type { StateDocument } from '../../record/state-document.js'
import { createTree, hydrateTree } from '../../step/tree.js'
import type { Tree, TreeOptions } from '../../step/tree-step.js'
import type { World } from '../../world/world.js'

/** The live tree of the newest decided state; a cache that is dropped whenever it may differ from the state. */
export class TreeCache {
  readonly #definition: DecideContext['definition']
  readonly #options: TreeOptions
  #tree: Tree | undefined

  constructor(definition: DecideContext['definition'], options: TreeOptions) {
    this.#definition = definition
    this.#options = options
  }

  /** The tree of this state; of an agent that does not exist yet when there is none. */
  of(state: StateDocument | undefined): Tree {
    return (this.#tree ??=
      state === undefined
        ? createTree(this.#definition, this.#options)
        : hydrateTree(this.#definition, state, this.#options))
  }
  /** The tree of a state that a migration's patch made: the one before is not of this chart. */
  placed(patched: StateDocument): Tree {
    return (this.#tree = hydrateTree(this.#definition, patched, { ...this.#options, isPlaced: true }))
  }
  drop(): void {
    this.#tree = undefined
  }
}

export interface BatchOptions extends Pick<
  DecideContext,
  'definition' | 'agentId' | 'state' | 'revision' | 'maxWaiting'
> {
  readonly world: World
  /** `at` of the newest record: it never decreases. */
  readonly lastAt: number
  readonly trees: TreeCache
}

export interface DecidedBatch {
  /** One an envelope. */
  readonly decisions: readonly Decision[]
  readonly recorded: readonly Recorded[]
}

export function decideBatch(envelopes: readonly Envelope[], options: BatchOptions): DecidedBatch {
  const { world, trees, definition, agentId, maxWaiting } = options
  const decisions: Decision[] = []
  const recorded: Recorded[] = []
  let { state, lastAt: at } = options
  for (const envelope of envelopes) {
    const now = world.clock.now()
    at = Math.max(at, now)
    const before = state
    let usedTree = false
    const tree = (): Tree => {
      usedTree = true
      return trees.of(before)
    }
    const placedTree = (patched: StateDocument): Tree => {
      usedTree = true
      return trees.placed(patched)
    }
    const revision = options.revision + recorded.length
    const context: DecideContext = {
      definition,
      agentId,
      maxWaiting,
      state: before,
      revision,
      now,
      at,
      eventId: world.newId(),
      tree,
      placedTree,
    }
    const decision = decide(context, envelope)
    decisions.push(decision)
    if (decision.kind === 'recorded') {
      recorded.push(decision)
      state = decision.state
    }
    if (!isTreeOf(decision, { before, usedTree })) trees.drop()
  }
  return { decisions, recorded }
}

/** Whether the live tree, if there is one, is still that of the newest decided state. */
function isTreeOf(
  decision: Decision,
  { before, usedTree }: { before: StateDocument | undefined; usedTree: boolean },
): boolean {
  if (decision.kind === 'refused') return !usedTree || decision.error.code === 'EVENT_NOT_ACCEPTED'
  if (decision.kind !== 'recorded') return true
  return usedTree
    ? decision.tree !== undefined
    : decision.state.root === before?.root && decision.state.timers === before.timers
}
