/** What cannot be made durable is refused when the definition is made, with the place in `facts.path`. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { isRefoldError, RefoldError } from '../errors.js'
import { transitionsOf } from './chart-edges.js'
import { checkAction, checkDelay, checkGuard, requireAtOnce } from './check-implementations.js'
import type { Implementations } from './check-implementations.js'
import { actorsOf } from './effect-sources.js'
import { isMachine, kindOfLogic } from './logic-kind.js'
import { ownMember } from '../json/own-member.js'
import { isForbiddenKey } from '../json/pointer.js'
import { toJson } from '../json/to-json.js'
import { invalidDefinition, requireValid } from './refusal.js'

/**
 * Looks through a machine and the machines inside of it. Throws `INVALID_DEFINITION` for what is named and not there,
 * `NOT_RESTORABLE` for actor logic of unknown make, `NOT_SERIALIZABLE` for a context literal that is not JSON.
 */
export function refuseUnsupported(machine: AnyStateMachine): void {
  checkMachine(machine, { path: 'machine', seen: new Set() })
}

interface Place {
  readonly path: string
  readonly seen: Set<AnyStateMachine>
}

/** XState looks at parts of a chart only when they are needed: what it finds wrong is found here. */
function checkMachine(machine: AnyStateMachine, { path, seen }: Place): void {
  if (seen.has(machine)) return
  seen.add(machine)
  try {
    checkParts(machine, { path, seen })
  } catch (error) {
    if (isRefoldError(error) || !(error instanceof Error)) throw error
    throw invalidDefinition({ path, problem: `is no valid chart: ${error.message}`, cause: error })
  }
}

function checkParts(machine: AnyStateMachine, { path, seen }: Place): void {
  // XState's types keep implementations and ids to themselves.
  const { implementations, idMap } = machine as unknown as {
    implementations: Implementations
    idMap: ReadonlyMap<string, unknown>
  }
  checkMaker(machine, path)
  const nodes = nodesBelow(machine.root)
  checkIds(nodes, { path, known: idMap.size })
  checkContext(machine, path)
  for (const node of nodes) checkNode(node, { path: pathOf(node, path), implementations })
  for (const [name, action] of Object.entries(implementations.actions))
    checkAction(action, `${path}.actions.${name}`, implementations)
  for (const [name, guard] of Object.entries(implementations.guards))
    checkGuard(guard, `${path}.guards.${name}`, implementations)
  for (const [name, delay] of Object.entries(implementations.delays)) checkDelay(delay, `${path}.delays.${name}`, {})
  for (const [name, logic] of actorsOf(machine)) checkLogic(logic, { path: `${path}.actors.${name}`, seen })
}

/** Two copies of XState may be installed. One that bounds no steps would let a chart loop until the process dies. */
function checkMaker(machine: AnyStateMachine, path: string): void {
  const { options } = machine as { readonly options?: { readonly maxIterations?: unknown } }
  requireValid(typeof options?.maxIterations === 'number', {
    path,
    problem: 'was made by an XState that is too old',
    hint: 'Install one copy of xstate, in the version that @refold/core asks for: `npm ls xstate` shows who brings which.',
  })
}

/** XState lets the second node of an id take the place of the first. */
function checkIds(nodes: readonly AnyStateNode[], { path, known }: { path: string; known: number }): void {
  const ids = new Set<string>()
  const twice = nodes.find((node) => ids.size === ids.add(node.id).size)
  requireValid(twice === undefined && known === nodes.length, {
    path,
    problem: `two states have the id "${twice?.id ?? '?'}"`,
    hint: 'Give each state an id of its own.',
  })
}

function checkContext(machine: AnyStateMachine, path: string): void {
  const { context } = machine.config as { readonly context?: unknown }
  requireAtOnce(context, `${path}.context`)
  if (typeof context !== 'function') toJson(context, { path: `${path}.context` })
}

interface NodePlace {
  readonly path: string
  readonly implementations: Implementations
}

function checkNode(node: AnyStateNode, { path, implementations }: NodePlace): void {
  checkReserved(node, path)
  for (const delay of Object.keys((node.config as { after?: object }).after ?? {})) {
    checkDelay(Number.isNaN(Number(delay)) ? delay : Number(delay), `${path}.after.${delay}`, implementations.delays)
  }
  for (const [index, action] of node.entry.entries()) checkAction(action, `${path}.entry[${index}]`, implementations)
  for (const [index, action] of node.exit.entries()) checkAction(action, `${path}.exit[${index}]`, implementations)
  for (const [index, { src, input }] of node.invoke.entries()) {
    checkInvoke(node, { path: `${path}.invoke[${index}]`, src, implementations })
    requireAtOnce(input, `${path}.invoke[${index}].input`)
  }
  requireAtOnce(node.output, `${path}.output`)
  for (const transition of transitionsOf<AnyTransitionDefinition>(node))
    checkTransition(transition, { path, implementations })
  if (node.type === 'compound') {
    for (const action of node.initial.actions) checkAction(action, `${path}.initial.actions`, implementations)
  }
}

/** Under these names parts of the state would stand that no record may reach. */
function checkReserved(node: AnyStateNode, path: string): void {
  const hint = 'Give it another name.'
  const isMember = node.type === 'compound' || node.type === 'parallel' || node.parent?.type === 'parallel'
  const name = isMember && node.parent !== undefined ? node.key : node.type === 'history' ? node.id : ''
  requireValid(!isForbiddenKey(name), { path, problem: `a state has the reserved name "${name}"`, hint })
  for (const [index, { id }] of node.invoke.entries())
    requireValid(!isForbiddenKey(id), {
      path: `${path}.invoke[${index}]`,
      problem: `a child has the reserved id "${id}"`,
      hint,
    })
}

function checkInvoke(node: AnyStateNode, { path, src, implementations }: NodePlace & { src: unknown }): void {
  if (typeof src === 'string' && actorsOf(node.machine).has(src)) return
  requireValid(typeof src === 'string' && ownMember(implementations.actors, src) !== undefined, {
    path,
    problem: `no actor logic "${String(src)}"`,
    hint: 'Add it to setup({ actors: { … } }), or provide it.',
  })
}

function checkTransition(
  { guard, actions, eventType }: AnyTransitionDefinition,
  { path, implementations }: NodePlace,
): void {
  const at = eventType === '' ? `${path}.always` : `${path}.on.${eventType}`
  if (guard !== undefined) checkGuard(guard, `${at}.guard`, implementations)
  for (const action of actions) checkAction(action, `${at}.actions`, implementations)
}

function checkLogic(logic: unknown, { path, seen }: Place): void {
  if (isMachine(logic)) return checkMachine(logic, { path, seen })
  if (kindOfLogic(logic) !== 'unknown') return
  const hint =
    'Use fromPromise, fromCallback, fromObservable, fromEventObservable, fromTransition, effect or a machine.'
  throw new RefoldError(
    'NOT_RESTORABLE',
    `${path}: actor logic that none of XState's creators made cannot be restored`,
    { hint, facts: { path } },
  )
}

function nodesBelow(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodesBelow)]
}

function pathOf(node: AnyStateNode, machine: string): string {
  return [machine, ...node.path.map((key: string) => `states.${key}`)].join('.')
}
