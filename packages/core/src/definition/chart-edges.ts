/** Edges of a chart and their ids: what a record's `path` and the chart of the definition name alike. */

/** A state node, as far as its transitions go. */
export interface Branching<T> {
  readonly order: number
  readonly transitions: ReadonlyMap<string, readonly T[]>
  readonly always?: readonly T[] | undefined
}

/** Transitions of a node in the order of its document: `on`, `onDone`, those of invokes, `after`; then `always`. */
export function transitionsOf<T>(node: Branching<T>): readonly T[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
}

/** `<order of the source node>.<index among the source node's transitions>` */
export function edgeId(node: { readonly order: number }, index: number): string {
  return `${node.order}.${index}`
}
