/** What final states complete, by XState's own rule: the states around them, and at last the machine. */
import type { EventShape, NodeShape, RefShape } from './xstate/shapes.js'
import { PLACED } from './xstate/shapes.js'

export type Completion =
  /** XState's `xstate.done.state.*` events, in order. */
  | { readonly isOver: false; readonly events: readonly EventShape[] }
  /** The machine has come to its end. */
  | { readonly isOver: true; readonly output: unknown }

export interface CompletionOptions {
  /** Whether the machine has come to a state only now: one that it stood in before has told its completion. */
  readonly reached: (node: NodeShape) => boolean
  readonly context: unknown
  readonly self: RefShape
}

/** Of the final states among the active ones. Throws what an `output` of the chart throws. */
export function completionOf(active: readonly NodeShape[], { reached, context, self }: CompletionOptions): Completion {
  const events: EventShape[] = []
  const completed = new Set<NodeShape>()
  const outputOf = (output: unknown, event: EventShape): unknown =>
    typeof output === 'function' ? (output as (args: object) => unknown)({ context, event, self }) : output
  const finals = active.filter((node) => node.type === 'final' && reached(node))
  for (const node of finals.toSorted((one, other) => one.order - other.order)) {
    const { parent } = node
    if (parent?.type === 'compound') events.push(doneOf(parent, outputOf(node.output, { type: PLACED })))
    let around = parent?.type === 'parallel' ? parent : parent?.parent
    let last = around ?? node
    while (around?.type === 'parallel' && !completed.has(around) && isComplete(around, active)) {
      completed.add(around)
      events.push(doneOf(around, undefined))
      last = around
      around = around.parent
    }
    if (around !== undefined) continue
    const own = last.parent === undefined ? undefined : outputOf(last.output, { type: PLACED })
    return { isOver: true, output: outputOf(node.machine.root.output, doneOf(last, own)) }
  }
  return { isOver: false, events }
}

function doneOf({ id }: NodeShape, output: unknown): EventShape {
  return { type: `xstate.done.state.${id}`, output }
}

function isComplete(node: NodeShape, active: readonly NodeShape[]): boolean {
  const below = Object.values(node.states)
  if (node.type === 'compound') return below.some((child) => child.type === 'final' && active.includes(child))
  if (node.type === 'parallel') return below.every((child) => isComplete(child, active))
  return node.type === 'final'
}
