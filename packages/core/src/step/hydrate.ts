/** From documents to live actors: contexts last, when all actors exist, as references may go in circles. */
import type { ActorDocument, ActorId, UnlistedActor, StateDocument } from '../record/state-document.js'
import { templateOf } from './configurations.js'
import { byCreation } from './creation-order.js'
import { firstEffectSnapshot } from './effect-actor.js'
import { isEffect } from './live-actor.js'
import type { NormalizedMember, LiveActor } from './live-actor.js'
import type { LiveTree } from './live-tree.js'
import { denormalize } from './normalize.js'
import { logicOf } from './xstate/logic.js'
import { childRef } from './xstate/refs.js'
import type { NodeShape, RefShape, SnapshotShape } from './xstate/shapes.js'
import { NEW, RUNNING, STOPPED } from './xstate/shapes.js'
import { invariant } from '../errors.js'

export type TreeState = Pick<StateDocument, 'root' | 'timers' | 'unlisted' | 'effects'>

/** Fills a new tree. The chart must have a place for everything in the documents (`missingPlaces`). */
export function hydrate(tree: LiveTree, state: TreeState): void {
  const born: Newborn[] = []
  revive(tree, { actor: tree.root, document: state.root, born })
  reviveUnlisted(tree, state.unlisted, born)
  for (const newborn of born) giveSnapshot(newborn, state.effects)
  for (const newborn of born) fillMembers(tree, newborn, state.effects)
  tree.timers.hydrate(state, tree.refTo)
}

interface Newborn {
  readonly actor: LiveActor
  readonly document: ActorDocument
  readonly children: Readonly<Record<string, RefShape>>
}

function revive(
  tree: LiveTree,
  { actor, document, born }: { actor: LiveActor; document: ActorDocument; born: Newborn[] },
): void {
  actor.life = lifeOf(document)
  actor.ref._processingStatus = actor.life
  actor.open = actor.life === RUNNING
  actor.document = document
  actor.origin = document
  actor.dirty = false
  if (actor.systemId !== undefined) tree.setKey(actor.systemId, actor.ref)
  const made: Record<string, RefShape> = {}
  const newborn = { actor, document, children: {} as Record<string, RefShape> }
  born.push(newborn)
  for (const [id, child] of Object.entries(document.children ?? {}).toSorted(([, one], [, other]) =>
    byCreation(one, other),
  )) {
    const childActor = make(tree, { id, parent: actor, document: child })
    made[id] = childActor.ref
    revive(tree, { actor: childActor, document: child, born })
  }
  for (const id of document.sequence ?? Object.keys(made)) if (made[id] !== undefined) newborn.children[id] = made[id]
}

function make(
  tree: LiveTree,
  { id, parent, document }: { id: string; parent: LiveActor; document: ActorDocument },
): LiveActor {
  const { sid, kind, src = '', sync = false, systemId } = document
  const own = document.unnamed === true ? sid : id
  const logic = logicOf(parent.logic, src)
  const ref = tree.hydrating(sid, () => childRef(logic, { id: own, src, parent: parent.ref, syncSnapshot: sync }))
  ref.systemId = systemId
  return tree.add({ sid, id: own, parent, kind, logic, ref, src, sync, systemId })
}

/** A parent may itself be unlisted: again and again, until none is left. */
function reviveUnlisted(tree: LiveTree, unlisted: StateDocument['unlisted'], born: Newborn[]): void {
  let left: readonly [ActorId, UnlistedActor][] = Object.entries(unlisted)
  while (left.length > 0) {
    const waiting: [ActorId, UnlistedActor][] = []
    for (const [sid, { id, parent, actor: document }] of left) {
      const parentActor = tree.actors.get(parent)
      if (parentActor === undefined) waiting.push([sid, { id, parent, actor: document }])
      else revive(tree, { actor: make(tree, { id, parent: parentActor, document }), document, born })
    }
    invariant(
      waiting.length < left.length,
      `unlisted actors without a parent: ${waiting.map(([sid]) => sid).join(', ')}`,
    )
    left = waiting
  }
}

/** References may be followed (`ref.getSnapshot()`) only when this is done for all. */
function giveSnapshot({ actor, document, children }: Newborn, effects: StateDocument['effects']): void {
  actor.snapshot =
    actor.machine === undefined ? otherSnapshot(actor, document, effects) : machineSnapshot(actor, document, children)
  actor.ref._snapshot = actor.snapshot
}

function machineSnapshot(actor: LiveActor, document: ActorDocument, children: Newborn['children']): SnapshotShape {
  const { machine } = actor
  const template = machine === undefined ? undefined : templateOf(machine, document)
  invariant(machine !== undefined && template !== undefined, `no configuration for the actor ${actor.sid}`)
  const historyValue: Record<string, readonly NodeShape[]> = {}
  for (const [id, nodes] of Object.entries(document.history ?? {})) {
    historyValue[id] = nodes.map((node) => machine.idMap.get(node)).filter((node) => node !== undefined)
  }
  actor.nodes = template.activeNodes
  actor.configuration = { value: document.value ?? template.value, nodes: document.nodes }
  actor.historyLive = historyValue
  actor.history = document.history
  actor.childrenLive = children
  actor.order = document.sequence
  return {
    ...template.snapshot,
    status: document.status ?? 'active',
    output: undefined,
    error: undefined,
    children,
    historyValue,
  }
}

function otherSnapshot(actor: LiveActor, document: ActorDocument, effects: StateDocument['effects']): SnapshotShape {
  const status = document.status ?? 'active'
  const { kind } = actor
  if (kind === 'machine' || kind === 'transition')
    return { status, output: undefined, error: undefined, context: undefined }
  return { ...firstEffectSnapshot(kind, effects[actor.sid]?.input), status }
}

function fillMembers(tree: LiveTree, { actor, document }: Newborn, effects: StateDocument['effects']): void {
  const { snapshot } = actor
  const fill = (json: NormalizedMember['json'], at: string): NormalizedMember => {
    return { live: denormalize(json, document.refs, { port: tree, at }), json, refs: below(document.refs, at) }
  }
  if (document.context !== undefined) snapshot.context = (actor.context = fill(document.context, '/context')).live
  if (document.output !== undefined) snapshot.output = (actor.output = fill(document.output, '/output')).live
  if (document.error !== undefined) snapshot.error = (actor.error = fill(document.error, '/error')).live
  const input = isEffect(actor) && snapshot.status === 'active' ? effects[actor.sid]?.input : undefined
  if (isEffect(actor)) snapshot.input = (actor.input = fill(input, '/input')).live
  actor.refs = document.refs
}

function below(refs: ActorDocument['refs'], at: string): ActorDocument['refs'] {
  if (refs === undefined) return undefined
  const entries = Object.entries(refs).filter(([pointer]) => pointer === at || pointer.startsWith(`${at}/`))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function lifeOf({ life, status }: ActorDocument): LiveActor['life'] {
  if (life !== undefined) return life === 'new' ? NEW : life === 'running' ? RUNNING : STOPPED
  return status === undefined ? RUNNING : STOPPED
}
