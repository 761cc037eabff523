/** States that a machine does not stand in any more. */
import type { MachineShape, NodeShape } from './xstate/shapes.js'

/** Whether today's chart has the node, and it is not active. */
export function isLeftNode(
  node: string | undefined,
  { machine, active }: { readonly machine: MachineShape | undefined; readonly active: readonly NodeShape[] },
): boolean {
  const known = node === undefined ? undefined : machine?.idMap.get(node)
  return known !== undefined && !active.includes(known)
}
