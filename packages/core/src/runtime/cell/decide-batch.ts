/** Decides a line of inputs one on the other: each on the state that the one before it would give. */
import type { DecideContext } from '../../decide/context.js'
import { decide } from '../../decide/decide.js'
import type { Decision, Recorded } from '../../decide/decision.js'
import type { Envelope } from '../../decide/inputs.js'
import { mayRecall } from '../../decide/recall.js'
import { isSameMap } from '../../record/large-members.js'
import type { ActorDocument, StateDocument } from '../../record/state-document.js'
import { createTree, hydrateTree } from '../../step/tree.js'
import type { Tree, TreeOptions } from '../../step/tree-step.js'
import type { Clock, World } from '../../world/world.js'

/** The live tree of the newest decided state; a cache that is dropped whenever it may differ from the state. */
export class TreeCache {
  readonly #definition: DecideContext['definition']
  readonly #options: TreeOptions
  /** States in which no kept event is taken: what comes later and is kept was not taken in them either. */
  readonly #takeNone = new WeakSet<ActorDocument>()
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

  /** Whether it is known that this state takes no kept event. */
  takesNone(root: ActorDocument): boolean {
    return this.#takeNone.has(root)
  }
  tookNone(root: ActorDocument): void {
    this.#takeNone.add(root)
  }
}

export interface BatchOptions extends Pick<
  DecideContext,
  'definition' | 'agentId' | 'state' | 'revision' | 'maxWaiting'
> {
  readonly world: Pick<World, 'newId'> & { readonly clock: Pick<Clock, 'now'> }
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
  const line = new DecidedLine(options)
  const decisions = envelopes.map((envelope) => line.take(envelope))
  return { decisions, recorded: line.recorded }
}

/** What is decided so far, and the state that it would give. */
class DecidedLine {
  readonly recorded: Recorded[] = []
  readonly #options: BatchOptions
  #state: StateDocument | undefined
  #at: number

  constructor(options: BatchOptions) {
    this.#options = options
    this.#state = options.state
    this.#at = options.lastAt
  }

  /** An input, with what belongs into the same append. */
  take(envelope: Envelope): Decision {
    const recalls = envelope.recalls !== false
    // A deploy may have changed what the state takes.
    if (recalls && envelope.input.kind !== 'recalled') this.#recall(envelope)
    const decision = this.#withFirst(envelope)
    if (recalls && decision.kind === 'recorded') this.#recall(envelope)
    return decision
  }

  /** Decides the kept events that the state takes, until it takes none. */
  #recall({ worker }: Envelope): void {
    const { definition, trees } = this.#options
    while (this.#state !== undefined && mayRecall({ definition }, this.#state) && !trees.takesNone(this.#state.root)) {
      const { root } = this.#state
      const { kind } = this.#decide({ input: { kind: 'recalled' }, worker })
      if (kind === 'dropped') trees.tookNone(root)
      if (kind !== 'recorded') return
    }
  }

  #withFirst(envelope: Envelope): Decision {
    const [state, at] = [this.#state, this.#at]
    const decision = this.#decide(envelope)
    const first = decision.kind === 'recorded' ? firstInput(envelope) : undefined
    const next = first === undefined ? undefined : this.#decide(first)
    if (next === undefined || next.kind === 'recorded') return decision
    // The agent is not begun without it.
    this.recorded.pop()
    this.#state = state
    this.#at = at
    this.#options.trees.drop()
    return next
  }

  #decide(envelope: Envelope): Decision {
    const { trees } = this.#options
    const before = this.#state
    const context = this.#context()
    const decision = decide(context, envelope)
    if (decision.kind === 'recorded') {
      this.recorded.push(decision)
      this.#state = decision.state
    }
    if (!isTreeOf(decision, { before, usedTree: context.usedTree })) trees.drop()
    return decision
  }

  /** Of the next record. */
  #context(): InputContext {
    const { world } = this.#options
    const now = world.clock.now()
    this.#at = Math.max(this.#at, now)
    const place = { revision: this.#options.revision + this.recorded.length, now, at: this.#at, eventId: world.newId() }
    return new InputContext(this.#options, this.#state, place)
  }
}

/** What one input is decided on. A class, as one is made for each record: closures and spreads would cost as much as the header. */
class InputContext implements DecideContext {
  readonly definition: DecideContext['definition']
  readonly agentId: string
  readonly state: StateDocument | undefined
  readonly maxWaiting: number
  readonly revision: number
  readonly now: number
  readonly at: number
  readonly eventId: string
  readonly #trees: TreeCache
  /** Whether the live tree was asked for: it may have moved on from the state. */
  usedTree = false

  constructor(
    { definition, agentId, maxWaiting, trees }: BatchOptions,
    state: StateDocument | undefined,
    { revision, now, at, eventId }: Pick<DecideContext, 'revision' | 'now' | 'at' | 'eventId'>,
  ) {
    this.definition = definition
    this.agentId = agentId
    this.state = state
    this.maxWaiting = maxWaiting
    this.revision = revision
    this.now = now
    this.at = at
    this.eventId = eventId
    this.#trees = trees
  }

  tree(): Tree {
    this.usedTree = true
    return this.#trees.of(this.state)
  }
  placedTree(patched: StateDocument): Tree {
    this.usedTree = true
    return this.#trees.placed(patched)
  }
}

/** The first input of a start or a fork, from the one who begins the agent. */
function firstInput({ first, worker, by, reason, traceparent }: Envelope): Envelope | undefined {
  if (first === undefined) return undefined
  const notes = {
    ...(by === undefined ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
    ...(traceparent === undefined ? undefined : { traceparent }),
  }
  return { ...first, worker, withStart: true, ...notes }
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
    : decision.state.root === before?.root && isSameMap(decision.state, before, 'timers')
}
