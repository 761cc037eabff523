/** Which events that need an approval the active states of a definition take. */
import type { AgentDefinition } from '../../definition/agent-types.js'
import { internalsOf } from '../../definition/define-agent.js'
import { ownMember } from '../../json/own-member.js'

/** As much of a state node as is looked at. */
interface Node {
  readonly states: Readonly<Record<string, Node>>
  readonly ownEvents: readonly string[]
}

/** Types of events, for the paths of active leaf states of an agent of this name and version; of another version: none. */
export type AskedApprovals = (agent: {
  readonly name: string
  readonly version: number
  readonly active: readonly string[]
}) => readonly string[]

/** Whether a guard lets it through is not looked at: `agent.approval` asks that. */
export function askedApprovals(definitions: readonly AgentDefinition[]): AskedApprovals {
  const known = new Map(definitions.map((one) => [`${one.name}@${one.version}`, internalsOf(one)]))
  return ({ name, version, active }) => {
    const definition = known.get(`${name}@${version}`)
    if (definition === undefined || definition.approvals.size === 0) return []
    const { root } = definition.machine
    const taken = new Set([...root.ownEvents, ...active.flatMap((path) => eventsOn(root, path))])
    return [...definition.approvals.keys()].filter((type) => taken.has(type))
  }
}

function eventsOn(root: Node, path: string): readonly string[] {
  const events: string[] = []
  let node: Node | undefined = root
  for (const key of keysOf(path)) {
    node = node && ownMember(node.states, key)
    events.push(...(node?.ownEvents ?? []))
  }
  return events
}

/** A `.` in a state's name is preceded by `\`. */
function keysOf(path: string): readonly string[] {
  return (path.match(/(?:\\.|[^.\\])+/g) ?? []).map((key) => key.replaceAll(/\\(.)/g, '$1'))
}
