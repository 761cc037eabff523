/**
 * The end of a machine with many children. XState stops them one by one and copies the list of all of them each time; here it is
 * given none, and they are stopped in the same order by the same actions.
 */
import { isLarge } from '../../record/large-map.js'
import type { EventShape, MachineShape, RefShape, ScopeShape, SnapshotShape, TransitionShape } from './shapes.js'

type Children = NonNullable<SnapshotShape['children']>
type Writable = { children?: Children; machine?: MachineShape }

const NO_CHILDREN: Children = Object.freeze({})
const STOP = 'xstate.stop'
const ERROR = 'xstate.error.actor'

/** As `machine.transition`. */
export function transitionOf(
  machine: MachineShape,
  snapshot: SnapshotShape,
  { event, scope }: { readonly event: EventShape; readonly scope: ScopeShape },
): SnapshotShape {
  const { children = NO_CHILDREN } = snapshot
  const mayEnd = event.type === STOP || event.type.startsWith(ERROR)
  if (!mayEnd || !isLarge(children)) return machine.transition(snapshot, event, scope)
  // Chosen once: a guard is not asked twice.
  const chosen = event.type === STOP ? [] : (machine.getTransitionData(snapshot, event) ?? [])
  const isEnd = chosen.length === 0
  if (isEnd) stopAll(children, scope)
  const choosing = withChosen(machine, event, chosen)
  const before = { ...snapshot, machine: choosing, children: isEnd ? NO_CHILDREN : children }
  const next: Writable & SnapshotShape = machine.transition(before, event, scope)
  next.machine = machine
  if (isEnd) next.children = unnamedOf(children)
  return next
}

/** The machine with its choice for this event. */
export function withChosen(machine: MachineShape, event: EventShape, chosen: readonly TransitionShape[]): MachineShape {
  const choose = (current: SnapshotShape, coming: EventShape): readonly TransitionShape[] | undefined =>
    coming === event ? chosen : machine.getTransitionData(current, coming)
  return Object.create(machine, { getTransitionData: { value: choose } }) as MachineShape
}

/** XState removes the children by their own ids, which those that it lists without a name do not have there. */
function unnamedOf(children: Children): Children {
  const left = { ...children }
  for (const ref of Object.values(children)) if (ref !== undefined) delete left[ref.id]
  return left
}

/** Called when a microstep has brought a machine to its end. What it gives puts the children back, which stay named as in XState. */
export function stopManyAtEnd(snapshot: SnapshotShape, scope: ScopeShape): (() => void) | undefined {
  const { status, children } = snapshot
  if (status !== 'done' || children === undefined || !isLarge(children)) return undefined
  stopAll(children, scope)
  const ended: Writable = snapshot
  ended.children = NO_CHILDREN
  return () => {
    ended.children = children
  }
}

function stopAll(children: Children, scope: ScopeShape): void {
  for (const ref of Object.values(children)) if (ref !== undefined) scope.actionExecutor(stopOf(ref))
}

function stopOf(ref: RefShape): Parameters<ScopeShape['actionExecutor']>[0] {
  return { type: 'xstate.stopChild', params: ref, info: undefined, exec: undefined }
}
