/** What a chart says of a place, without an agent's state: whether it has it, and whether it asks for anything there. */
import type { DefinitionInternals } from '../definition/internals.js'
import { ownMember } from '../json/own-member.js'
import { delaysByType } from './after-timers.js'
import { boundedMachine } from './xstate/machine.js'
import type { NodeShape } from './xstate/shapes.js'

export interface StandingPlace {
  readonly isThere: boolean
  /** Invocations of its states, and `after` delays. */
  readonly invokes: number
  readonly delays: number
}

const NOWHERE: StandingPlace = { isThere: false, invokes: 0, delays: 0 }

/** Of the paths of the root's active leaf states, as the directory has them. */
export function standingPlace(
  { machine }: Pick<DefinitionInternals, 'machine'>,
  active: readonly string[],
): StandingPlace {
  const { root } = boundedMachine(machine)
  const nodes = new Set<NodeShape>([root])
  for (const path of active) {
    let at: NodeShape | undefined = root
    for (const key of keysOf(path)) {
      at = ownMember(at.states, key)
      if (at === undefined) return NOWHERE
      nodes.add(at)
    }
  }
  return {
    isThere: [...nodes].every((node) => isFilled(node, nodes)),
    invokes: sum(nodes, (node) => node.invoke.length),
    delays: sum(nodes, (node) => delaysByType(node).size),
  }
}

/** A parallel state stands in each of its regions, a compound one in one of its states. */
function isFilled(node: NodeShape, nodes: ReadonlySet<NodeShape>): boolean {
  const below = Object.values(node.states).filter(({ type }) => type !== 'history')
  const filled = below.filter((child) => nodes.has(child)).length
  return below.length === 0 || filled === (node.type === 'parallel' ? below.length : 1)
}

function sum(nodes: ReadonlySet<NodeShape>, count: (node: NodeShape) => number): number {
  let total = 0
  for (const node of nodes) total += count(node)
  return total
}

/** A `.` or `\` in a state's name stands behind a `\`. */
function keysOf(path: string): readonly string[] {
  return (path.match(/(?:[^.\\]|\\.)+/gs) ?? []).map((key) => key.replaceAll(/\\(.)/gs, '$1'))
}
