/** A machine as data: for readers without the code, who draw it and name the edges of a record's path. */
import { and, not, or, stateIn } from 'xstate'
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { edgeId, transitionsOf } from './chart-edges.js'
import { actorsOf } from './effect-sources.js'
import { isMachine, kindOfLogic } from './logic-kind.js'

/**
 * `nodes` in document order, so that a node's order is its index; `edges` with the ids that a record's path has, whose first
 * number is the order of the node they leave; `sources` (kinds of actors by name), `delays` by name, `machines` (charts of
 * child machines by name). What is usual is absent: a node is atomic and its key is the last part of its id, an
 * invocation's id is made of its position. Without function bodies: those may change under one chart.
 */
export function chartOf(machine: AnyStateMachine): JsonObject {
  return chartBelow(machine, [])
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
    ...some('delays', delaysAsJson(machine)),
    ...some('machines', Object.fromEntries(machines)),
  }
}

function nodesBelow(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodesBelow)]
}

function nodeAsJson(node: AnyStateNode): JsonObject {
  const { id, key, type, parent, history, description } = node
  // XState's own entry and exit hold what it makes of `after` and `invoke`, too.
  const { entry, exit } = node.config as { readonly entry?: unknown; readonly exit?: unknown }
  const initial = type === 'compound' ? node.initial : undefined
  return {
    id,
    ...(id === (parent === undefined ? key : `${parent.id}.${key}`) ? {} : { key }),
    ...(type === 'atomic' ? {} : { type }),
    ...(parent === undefined ? {} : { parent: parent.id }),
    ...given('initial', (initial?.target[0] as AnyStateNode | undefined)?.id),
    ...some('initialActions', (initial?.actions ?? []).map(actionName)),
    ...(history === false ? {} : { history }),
    ...some('tags', [...node.tags]),
    ...some('invokes', node.invoke.map(invocationAsJson, node)),
    ...some('entry', listOf(entry).map(actionName)),
    ...some('exit', listOf(exit).map(actionName)),
    ...given('description', description),
  }
}

function invocationAsJson(
  this: AnyStateNode,
  { id, src, systemId }: AnyStateNode['invoke'][number],
  index: number,
): JsonObject {
  return {
    ...(id === `${index}.${this.id}` ? {} : { id }),
    src: src as string, // checked when the definition was made
    ...given('systemId', systemId),
  }
}

function edgeAsJson(transition: AnyTransitionDefinition, id: string): JsonObject {
  const { eventType, target, guard, actions, reenter } = transition
  const { delay, description } = transition as { readonly delay?: number | string; readonly description?: string }
  return {
    id,
    ...(eventType === '' ? {} : { event: eventType }),
    ...some(
      'targets',
      (target ?? []).map((node: AnyStateNode) => node.id),
    ),
    ...(guard === undefined ? {} : { guard: guardName(guard) }),
    ...some('actions', actions.map(actionName)),
    ...given('delay', delay),
    ...(reenter ? { reenter } : {}),
    ...given('description', description),
  }
}

/** Milliseconds; `null` for one that is computed. */
function delaysAsJson(machine: AnyStateMachine): JsonObject {
  const { implementations } = machine as { implementations: { delays?: Readonly<Record<string, unknown>> } }
  const delays = Object.entries(implementations.delays ?? {})
  return Object.fromEntries(delays.map(([name, delay]) => [name, typeof delay === 'number' ? delay : null]))
}

function listOf(actions: unknown): readonly unknown[] {
  if (actions === undefined) return []
  return Array.isArray(actions) ? actions : [actions]
}

function given(name: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value }
}

function some(name: string, value: readonly JsonValue[] | JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value }
}

const INLINE = '(inline)'

interface BuiltIn {
  readonly type?: string
  readonly guards?: readonly unknown[]
  readonly stateValue?: unknown
  readonly check?: unknown
  readonly resolve?: unknown
}

/** `'notify'` for itself and for `{ type: 'notify' }`; XState's own type for its actions. */
function actionName(action: unknown): string {
  if (typeof action === 'string') return action
  const { type, resolve } = action as BuiltIn
  if (typeof action === 'function') return resolve === undefined ? INLINE : (type ?? INLINE)
  return type ?? INLINE
}

/** By what each of XState's own guards is checked: a minifier gives the functions other names. */
const OWN_GUARDS: ReadonlyMap<unknown, string> = new Map(
  Object.entries({ and: and([]), or: or([]), not: not('x'), stateIn: stateIn('x') }).map(([name, guard]) => [
    (guard as BuiltIn).check,
    name,
  ]),
)

/** `'isRich'`, `not(isRich)`, `and(isRich, (inline))`, `stateIn("a.b")`. */
function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard
  const { type, guards, stateValue, check } = guard as BuiltIn
  if (typeof guard !== 'function') return type ?? INLINE
  if (check === undefined) return INLINE
  const name = OWN_GUARDS.get(check) ?? guard.name
  if (guards !== undefined) return `${name}(${guards.map(guardName).join(', ')})`
  return `${name}(${JSON.stringify(stateValue)})`
}
