/**
 * What active states ask for and nothing stands for: an invocation without its actor, an `after` without its timer. A deploy
 * adds it to states in which agents wait, and only a migration begins it there.
 */
import type { DefinitionInternals } from '../definition/internals.js'
import type { ActorDocument, ActorId, StateDocument } from '../record/state-document.js'
import { delaysByType } from './after-timers.js'
import { templateOf } from './configurations.js'
import { logicOf } from './xstate/logic.js'
import { boundedMachine, isMachine } from './xstate/machine.js'
import type { InvokeShape, NodeShape } from './xstate/shapes.js'

export type MissingWork =
  | { readonly kind: 'invoke'; readonly node: string; readonly id: string; readonly invocation: InvokeShape }
  /** `id`: the type of its event, which XState makes of delay and node. */
  | { readonly kind: 'after'; readonly node: string; readonly id: string; readonly delay: number | string }

/** What stands for something, by ids. */
export interface Standing {
  readonly child: (id: string) => boolean
  readonly timer: (id: string) => boolean
}

/** In the order in which XState begins it when the states are entered. */
export function missingIn(nodes: readonly NodeShape[], has: Standing): readonly MissingWork[] {
  return nodes
    .toSorted((one, other) => one.order - other.order)
    .flatMap((node): MissingWork[] => [
      ...[...delaysByType(node)].flatMap(([id, delay]): MissingWork[] =>
        has.timer(id) ? [] : [{ kind: 'after', node: node.id, id, delay }],
      ),
      ...node.invoke.flatMap((invocation): MissingWork[] =>
        has.child(invocation.id) ? [] : [{ kind: 'invoke', node: node.id, id: invocation.id, invocation }],
      ),
    ])
}

/** Of all machines of an agent whose chart takes what it holds. An `after` that has fired, and did not leave its state, is among them. */
export function missingWork(
  { machine }: Pick<DefinitionInternals, 'machine'>,
  { root, timers, unlisted }: Pick<StateDocument, 'root' | 'timers' | 'unlisted'>,
): readonly MissingWork[] {
  const found: MissingWork[] = []
  const logics = new Map<ActorId, unknown>()
  const look = (document: ActorDocument, logic: unknown): void => {
    const { sid, status, children = {} } = document
    logics.set(sid, logic)
    if (!isMachine(logic)) return
    const active = templateOf(boundedMachine(logic), document)?.activeNodes ?? []
    const ids = new Set(Object.values(timers).flatMap(({ source, id }) => (source === sid ? [id] : [])))
    const has: Standing = { child: (id) => Object.hasOwn(children, id), timer: (id) => ids.has(id) }
    if (status === undefined) found.push(...missingIn(active, has))
    for (const child of Object.values(children)) look(child, logicOf(logic, child.src ?? ''))
  }
  look(root, machine)
  for (const { parent, actor } of Object.values(unlisted)) look(actor, logicOf(logics.get(parent), actor.src ?? ''))
  return found
}

/** In words: `invoke "draft" of state "m.review"`. */
export function inWords(missing: MissingWork): string {
  const what = missing.kind === 'invoke' ? `invoke "${missing.invocation.src}"` : `after ${missing.delay}`
  return `${what} of state "${missing.node}"`
}
