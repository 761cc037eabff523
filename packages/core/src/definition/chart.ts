/** A machine as data: for readers without the code, who draw it and name the edges of a record's path. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { hashOfJson } from '../json/canonical.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { edgeId, transitionsOf } from './chart-edges.js'
import { actionName, guardName } from './chart-names.js'
import { actorsOf } from './effect-sources.js'
import { isMachine, kindOfLogic } from './logic-kind.js'

/**
 * `nodes` in document order (id, order, key, type, parent, initial, history, tags, invokes, entry, exit), `edges` with the
 * ids that a record's path has (source, event, targets, guard, actions, delay, reenter), `sources` (kinds of actors by
 * name), `machines` (charts of child machines by name). Without function bodies: those may change under one chart.
 */
export function chartOf(machine: AnyStateMachine): JsonObject {
  return chartBelow(machine, [])
}

/** Sixteen hexadecimal digits that change when the chart does; the order of keys does not count. */
export function fingerprintOf(chart: JsonValue): string {
  return hashOfJson(chart).slice(0, 16)
}

function chartBelow(machine: AnyStateMachine, above: readonly AnyStateMachine[]): JsonObject {
  const nodes = nodesBelow(machine.root)
  const actors = [...actorsOf(machine)]
  const inside = [...above, machine]
  const machines = actors.flatMap(([src, logic]): [string, JsonValue][] => {
    if (!isMachine(logic)) return []
    return [
      [
        src,
        inside.includes(logic)
          ? { id: logic.id, above: inside.length - inside.indexOf(logic) }
          : chartBelow(logic, inside),
      ],
    ]
  })
  return {
    id: machine.id,
    nodes: nodes.map(nodeAsJson),
    edges: nodes.flatMap((node) =>
      transitionsOf(node).map((transition, index) => edgeAsJson(transition, edgeId(node, index))),
    ),
    ...some('sources', Object.fromEntries(actors.map(([src, logic]) => [src, kindOfLogic(logic)]))),
    ...some('machines', Object.fromEntries(machines)),
  }
}

function nodesBelow(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodesBelow)]
}

function nodeAsJson(node: AnyStateNode): JsonObject {
  const { id, order, key, type, parent, history } = node
  const initial = type === 'compound' ? (node.initial.target[0] as AnyStateNode | undefined)?.id : undefined
  return {
    id,
    order,
    key,
    type,
    ...(parent === undefined ? {} : { parent: parent.id }),
    ...(initial === undefined ? {} : { initial }),
    ...(history === false ? {} : { history }),
    ...some('tags', [...node.tags]),
    ...some(
      'invokes',
      node.invoke.map((invoked) => ({ id: invoked.id, src: invoked.src as string })),
    ),
    ...some('entry', node.entry.map(actionName)),
    ...some('exit', node.exit.map(actionName)),
  }
}

function edgeAsJson(transition: AnyTransitionDefinition, id: string): JsonObject {
  const { source, eventType, target, guard, actions, reenter } = transition
  const { delay } = transition as { readonly delay?: number | string }
  return {
    id,
    source: source.id,
    event: eventType,
    ...some(
      'targets',
      (target ?? []).map((node: AnyStateNode) => node.id),
    ),
    ...(guard === undefined ? {} : { guard: guardName(guard) }),
    ...some('actions', actions.map(actionName)),
    ...(delay === undefined ? {} : { delay }),
    ...(reenter ? { reenter } : {}),
  }
}

function some(name: string, value: readonly JsonValue[] | JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value }
}
