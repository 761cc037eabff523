/**
 * What a migration makes of a machine that a patch moved: what states that it left had ends, what states that it reached ask for
 * begins, and a final state ends it. Actions of entering and leaving are not run: what they would have changed the patch says.
 */
import { cancel, raise, spawnChild, stopChild } from 'xstate'
import { nodeOf } from '../record/asking-node.js'
import type { ActorDocument, ActorId } from '../record/state-document.js'
import { completionOf } from './completion.js'
import type { LiveActor, Placement } from './live-actor.js'
import { isLeftNode } from './left-nodes.js'
import { missingIn } from './missing-work.js'
import type { TreePort } from './tree-port.js'
import type {
  EventShape,
  MachineShape,
  NodeShape,
  ScopeShape,
  SnapshotShape,
  TransitionShape,
} from './xstate/shapes.js'
import { withChosen } from './xstate/many-children.js'
import { PLACED } from './xstate/shapes.js'

/** Documents by the ids of their actors, with those below them. */
export function documentsById(documents: readonly ActorDocument[]): ReadonlyMap<ActorId, ActorDocument> {
  const found = new Map<ActorId, ActorDocument>()
  const left = [...documents]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    found.set(next.sid, next)
    left.push(...Object.values(next.children ?? {}))
  }
  return found
}

/** The machine's snapshot, given where the patch put it; the same one when it was not moved and nothing ends. */
export function placed(
  tree: TreePort,
  actor: LiveActor,
  { placement, scope }: { readonly placement: Placement; readonly scope: ScopeShape },
): SnapshotShape {
  const { machine, snapshot } = actor
  const active = snapshot._nodes
  if (machine === undefined || active === undefined) return snapshot
  const stood = pathsOf(placement.before?.value)
  const reached = (node: NodeShape): boolean => placement.before === undefined || !stood.has(keyOf(node.path))
  const completion = completionOf(active, { reached, context: snapshot.context, self: scope.self })
  if (completion.isOver) return ended(tree, snapshot, completion.output)
  const asking = placement.beginsMissing ? active : active.filter(reached)
  const actions = [
    ...endOfLeft(tree, actor, active),
    ...beginOf(actor, tree, asking),
    ...completion.events.map((event) => raise(event)),
  ]
  // A machine that the patch left where it was stays so, whatever its chart says of it by now.
  if (actions.length === 0 && !placement.beginsMissing && !active.some(reached)) return snapshot
  return snapshotAfter(actor, { actions, scope, machine })
}

/** As XState leaves a machine that has come to its end. */
function ended(tree: TreePort, snapshot: SnapshotShape, output: unknown): SnapshotShape {
  for (const child of Object.values(snapshot.children ?? {})) if (child !== undefined) tree.stop(child)
  return { ...snapshot, status: 'done', output }
}

/** Children and `after` timers of states that the chart still has, and in which the machine does not stand any more. */
function endOfLeft(tree: TreePort, actor: LiveActor, active: readonly NodeShape[]): unknown[] {
  const isLeft = (node: string | undefined): boolean => isLeftNode(node, { machine: actor.machine, active })
  const children = Object.entries(actor.snapshot.children ?? {}).filter(([id, ref]) => {
    const child = tree.actors.get(ref?.sessionId ?? '')
    return child !== undefined && isLeft(nodeOf(id, child.origin ?? {}))
  })
  const timers = tree.timers.of(actor.sid).filter(({ node }) => isLeft(node))
  return [...children.map(([id]) => stopChild(id)), ...timers.map(({ id }) => cancel(id))]
}

function beginOf({ snapshot, sid }: LiveActor, tree: TreePort, asking: readonly NodeShape[]): unknown[] {
  const timers = new Set(tree.timers.of(sid).map(({ id }) => id))
  const has = {
    child: (id: string) => Object.hasOwn(snapshot.children ?? {}, id),
    timer: (id: string) => timers.has(id),
  }
  return missingIn(asking, has).map((missing) => {
    if (missing.kind === 'after') return raise({ type: missing.id }, { id: missing.id, delay: missing.delay as never })
    const { invocation } = missing
    const options = { ...invocation, syncSnapshot: (invocation as { onSnapshot?: unknown }).onSnapshot !== undefined }
    return spawnChild(invocation.src as never, options as never)
  })
}

/** XState itself takes one transition with these actions, and then those without an event. */
function snapshotAfter(
  { snapshot }: LiveActor,
  { actions, scope, machine }: { actions: readonly unknown[]; scope: ScopeShape; machine: MachineShape },
): SnapshotShape {
  const event: EventShape = { type: PLACED }
  const transition: TransitionShape = {
    target: undefined,
    source: machine.root,
    actions,
    reenter: false,
    eventType: PLACED,
  }
  const choosing = withChosen(machine, event, [transition])
  return { ...machine.transition({ ...snapshot, machine: choosing }, event, scope), machine }
}

/** Of all states, at any depth, that a state value names. */
function pathsOf(value: unknown): ReadonlySet<string> {
  const found = new Set([keyOf([])])
  const look = (part: unknown, path: readonly string[]): void => {
    if (typeof part === 'string') found.add(keyOf([...path, part]))
    if (typeof part !== 'object' || part === null) return
    for (const [key, below] of Object.entries(part)) {
      found.add(keyOf([...path, key]))
      look(below, [...path, key])
    }
  }
  look(value, [])
  return found
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path)
}
