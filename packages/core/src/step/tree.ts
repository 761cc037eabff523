/** The live tree of one agent, made new or from its documents. */
import type { DefinitionInternals } from '../definition/internals.js'
import { invariant, RefoldError } from '../errors.js'
import type { ActorDocument, EffectId } from '../record/state-document.js'
import { nodeOf } from '../record/asking-node.js'
import { putMap } from '../record/large-members.js'
import { documentOf } from './actor-document.js'
import { unlistedDocuments } from './unlisted-actors.js'
import type { UnlistedDocuments } from './unlisted-actors.js'
import { runBody } from './effect-body.js'
import { hydrate } from './hydrate.js'
import type { TreeState } from './hydrate.js'
import { EffectSignal, Placement, policyName } from './live-actor.js'
import { byCreation } from './creation-order.js'
import { documentsById } from './placement.js'
import { LiveTree, ROOT } from './live-tree.js'
import { incompatibilitiesOf, incompatibilityCode } from './compatibility.js'
import { freezeInput, notAnEvent, plainJson } from './normalize.js'
import type { StepLog } from './step-log.js'
import { isEventData } from '../record/event-data.js'
import type { EventData } from '../record/event-data.js'
import type {
  ChartInput,
  EffectHost,
  PatchedDocuments,
  PlaceOptions,
  RunningEffect,
  ScheduledEffect,
  StepOptions,
  Tree,
  TreeOptions,
  TreeStep,
} from './tree-step.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import type { EffectKind } from '../record/state-document.js'
import type { MachineShape, NodeShape } from './xstate/shapes.js'
import { RUNNING } from './xstate/shapes.js'

export type { TreeState } from './hydrate.js'

/** A tree before its first step, which must be `started`. */
export function createTree(definition: Pick<DefinitionInternals, 'machine'>, options: TreeOptions): Tree {
  return new RecordedTree(new LiveTree(definition.machine as unknown as MachineShape, options), undefined)
}

/**
 * The tree as the documents describe it. Throws `NEEDS_MIGRATION` when today's chart has no place for what they hold, and
 * `NEWER_FORMAT` when a later major version of XState than this release knows has decided it. `isPlaced`: `place` comes first, so
 * that what states have left may still be there.
 */
export function hydrateTree(
  definition: Pick<DefinitionInternals, 'machine'>,
  state: TreeState,
  { isPlaced, ...options }: TreeOptions & { readonly isPlaced?: boolean },
): Tree {
  const missing = incompatibilitiesOf(definition, state, { isPlaced })
  if (missing.length > 0) {
    const hint = 'Register the version that the agent was started with, or migrate the agent.'
    const what = missing.map((place) => place.what).join('; ')
    throw new RefoldError(incompatibilityCode(missing), `today's chart has no place for: ${what}`, {
      hint,
      facts: { missing },
    })
  }
  const tree = new LiveTree(definition.machine as unknown as MachineShape, options)
  hydrate(tree, state)
  return new RecordedTree(tree, state)
}

class RecordedTree implements Tree {
  readonly #tree: LiveTree
  #root: ActorDocument | undefined
  #unlisted: UnlistedDocuments
  #spoilt = false

  constructor(tree: LiveTree, state: TreeState | undefined) {
    this.#tree = tree
    this.#root = state?.root
    this.#unlisted = state?.unlisted ?? Object.freeze({})
  }

  step(input: ChartInput, options: StepOptions): TreeStep {
    invariant((input.kind === 'started') === (this.#root === undefined), 'a tree begins with its start, and only then')
    return this.#stepped(options, (log) => apply(this.#tree, input, log))
  }

  place(before: PatchedDocuments, { beginsMissing, ...options }: PlaceOptions): TreeStep {
    return this.#stepped(options, () => placeAll(this.#tree, before, beginsMissing))
  }

  #stepped(options: StepOptions, move: (log: StepLog) => void): TreeStep {
    invariant(!this.#spoilt, 'a tree that threw is stepped again')
    const tree = this.#tree
    const log = tree.begin(options)
    this.#spoilt = true
    try {
      move(log)
      if (log.refusal !== undefined) throw log.refusal
      if (tree.root.snapshot.status !== 'active') tree.interpreter.stopAll()
      const step = this.#record(log)
      this.#spoilt = false
      return step
    } finally {
      tree.log = undefined
    }
  }

  #record(log: StepLog): TreeStep {
    const tree = this.#tree
    this.#root = documentOf(tree, tree.root, this.#root)
    this.#unlisted = unlistedDocuments(tree, this.#unlisted)
    if (log.refusal !== undefined) throw log.refusal
    const step: TreeStep & { timers: TreeStep['timers'] } = {
      root: this.#root,
      timers: NO_TIMERS,
      unlisted: this.#unlisted,
      ...doings(log),
    }
    putMap(step, 'timers', tree.timers.documents(tree, log.copies))
    return step
  }

  can(event: EventData): boolean {
    const { snapshot } = this.#tree.root
    try {
      return snapshot.status === 'active' && snapshot.can?.(freezeInput(event, new Map())) === true
    } catch {
      return false
    }
  }

  eventDescriptors(): readonly string[] {
    const { status, _nodes: nodes = [] } = this.#tree.root.snapshot
    if (status !== 'active') return []
    return [...new Set(nodes.flatMap(takenBy))].filter((descriptor) => !descriptor.startsWith('xstate.'))
  }

  runEffect(effect: EffectId, host: EffectHost): RunningEffect | undefined {
    const actor = this.#tree.actors.get(effect)
    if (actor === undefined || actor.life !== RUNNING) return undefined
    return runBody(this.#tree, actor, host)
  }
}

/** A transition without a target and without actions takes nothing. */
function takenBy({ ownEvents, transitions }: NodeShape): readonly string[] {
  return ownEvents.filter((descriptor) =>
    transitions.get(descriptor)?.some(({ target, actions }) => target !== undefined || actions.length > 0),
  )
}

function apply(tree: LiveTree, input: ChartInput, { copies }: StepLog): void {
  const frozen = <T extends JsonValue | undefined>(value: T): T => freezeInput(value, copies)
  switch (input.kind) {
    case 'started':
      return tree.interpreter.boot(frozen(input.input))
    case 'event':
    case 'message':
    case 'message.undelivered':
      return tree.interpreter.send(ROOT, frozen(input.event))
    case 'effect.done':
      return tree.interpreter.send(input.effect, new EffectSignal('done', frozen(input.output)))
    case 'effect.failed':
      return tree.interpreter.send(input.effect, new EffectSignal('failed', frozen(input.error as JsonValue)))
    case 'effect.next':
      return tree.interpreter.send(input.effect, new EffectSignal('next', frozen(input.value)))
    case 'effect.event': {
      const actor = tree.actors.get(input.effect)
      if (actor?.life === RUNNING && actor.parent !== undefined)
        tree.interpreter.send(actor.parent.sid, frozen(input.event))
      return
    }
    case 'actor.event':
      return tree.interpreter.send(input.to, frozen(input.event))
    case 'timer.fired': {
      const timer = tree.timers.take(input.timer)
      if (timer !== undefined) tree.interpreter.send(timer.target, timer.event)
    }
  }
}

/** Parents first: what they end is not placed any more. */
function placeAll(tree: LiveTree, { root, unlisted }: PatchedDocuments, beginsMissing: boolean): void {
  const before = documentsById([root, ...Object.values(unlisted).map(({ actor }) => actor)])
  const machines = [...tree.actors.values()].filter(({ machine }) => machine !== undefined)
  for (const { sid } of machines.toSorted(byCreation))
    tree.interpreter.send(sid, new Placement(before.get(sid), { beginsMissing }))
}

type Doings = Omit<TreeStep, 'root' | 'timers' | 'unlisted'>

function doings(log: StepLog): Doings {
  const { actions, messages, path, copies } = log
  const emitted = log.emitted.map(emittedEvent)
  if (log.stopped.length === 0 && log.deliveries.length === 0)
    return {
      scheduled: log.scheduled.map(startedEffect),
      stopped: NONE,
      deliveries: NONE,
      emitted,
      actions,
      messages,
      path,
      copies,
    }
  const gone = new Set(log.stopped)
  const fresh = new Set(log.scheduled.map((actor) => actor.sid))
  const neverRan = (effect: EffectId): boolean => gone.has(effect) && fresh.has(effect)
  return {
    scheduled: log.scheduled.filter((actor) => !gone.has(actor.sid)).map(startedEffect),
    stopped: log.stopped.filter((effect) => !fresh.has(effect)),
    deliveries: log.deliveries.filter(({ effect }) => !neverRan(effect)),
    emitted,
    actions,
    messages,
    path,
    copies,
  }
}

function emittedEvent(event: unknown): JsonObject {
  const json = plainJson(event, '/emit')
  if (!isEventData(json)) throw notAnEvent('what is emitted', '/emit')
  return json
}

const NONE: readonly never[] = Object.freeze([])
const NO_TIMERS: TreeStep['timers'] = Object.freeze({})

function startedEffect(actor: StepLog['scheduled'][number]): ScheduledEffect {
  const { sid, id, kind, input, origin = {} } = actor // its document was made, and its origin found with it
  return {
    effect: sid,
    kind: kind as EffectKind,
    src: policyName(actor),
    node: nodeOf(id, origin),
    input: input.json,
  }
}
