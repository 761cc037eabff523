/**
 * `sendToAgent` and `startAgent`: actions that write a message to another agent. They are performed by the step itself,
 * as `assign` is: what they say stands in the sender's state with the transition, and is delivered from there, once.
 */
import type { EventObject, MachineContext, ParameterizedObject } from 'xstate'
import type { AgentContract } from './agent-contract.js'
import type { AgentDefinition } from './agent-types.js'
import type { ChildInput, DoneType, EventTo, FailedType, Frozen, MessageAction, Sent } from './message-types.js'
import { checkKeys } from './check-config.js'
import { isReservedType } from './outside-values.js'
import { readable, requireValid } from './refusal.js'

/** `Symbol.for`: a machine may have been made with another copy of this package. */
const MESSAGE = Symbol.for('refold.message')

/** What the step reads of such an action. Functions get what XState gives to an action. */
export interface MessagePlan {
  readonly kind: 'event' | 'start'
  readonly name: string
  readonly id: unknown
  /** The event, or the input of the agent to be started. */
  readonly content: unknown
  readonly done?: string
  readonly failed?: string
}

/**
 * Sends an event to another agent. It arrives once, in the order of sending, however often either process dies; if it
 * surely cannot arrive, the sender gets a `refold.undelivered` event. `id` and `event` may be functions; they must be
 * pure. Under plain `createActor` nothing is sent, and a warning says so.
 */
export function sendToAgent<
  C extends MachineContext,
  X extends EventObject,
  P extends ParameterizedObject['params'] | undefined,
  E extends EventObject,
  R extends AgentContract,
  const V extends Frozen<EventTo<R>>,
>(to: { agent: R; id: Sent<C, X, P, string> }, event: Sent<C, X, P, V>): MessageAction<C, X, P, E> {
  const { name } = requireTarget(to)
  const isEvent = typeof event === 'function' || (typeof event === 'object' && event !== null)
  requireValid(isEvent, { path: 'event', problem: 'must be an event, or a function that makes one' })
  return messageAction({ kind: 'event', name, id: to.id, content: event })
}

/**
 * Starts another agent by a message. It is a detached child: it has a stream of its own and outlives its parent. When it
 * has ended it reports by a message: `{ type: done, agent, output }`, or `{ type: failed, agent, error }`, which also
 * comes when it cannot be started (`ID_REUSED`, `INVALID_INPUT`, `UNKNOWN_DEFINITION`, …) or was stopped. Its newest version that
 * is registered in the parent's worker is started.
 */
export function startAgent<
  C extends MachineContext,
  X extends EventObject,
  P extends ParameterizedObject['params'] | undefined,
  E extends EventObject,
  D extends AgentDefinition,
>(
  to: { agent: D; id: Sent<C, X, P, string> },
  options: ChildInput<C, X, P, D> & { done?: DoneType<E, D>; failed?: FailedType<E, D> },
): MessageAction<C, X, P, E> {
  const { name } = requireTarget(to)
  const { input, done, failed } = readable('options', () => {
    checkKeys(options, { path: 'options', known: ['input', 'done', 'failed'] })
    return { ...(options as { input?: unknown; done?: string; failed?: string }) }
  })
  requireOwnType(done, 'done')
  requireOwnType(failed, 'failed')
  return messageAction({
    kind: 'start',
    name,
    id: to.id,
    content: input,
    ...(done === undefined ? undefined : { done }),
    ...(failed === undefined ? undefined : { failed }),
  })
}

/** The plan of an action made by `sendToAgent` or `startAgent`; `undefined` for any other. */
export function messagePlanOf(action: object): MessagePlan | undefined {
  return (action as { readonly [MESSAGE]?: MessagePlan })[MESSAGE]
}

function requireTarget(to: { readonly agent: AgentContract; readonly id: unknown }): AgentContract {
  const { agent, id } = readable('to', () => {
    checkKeys(to, { path: 'to', known: ['agent', 'id'] }) // an `input` that is put here would be lost
    return { ...to }
  })
  const isTarget = typeof agent === 'object' && agent !== null && typeof agent.name === 'string'
  requireValid(isTarget, {
    path: 'agent',
    problem: 'is neither an agent definition nor a contract',
    hint: 'Pass what defineAgent or agentContract returned.',
  })
  const isId = typeof id === 'string' || typeof id === 'function'
  requireValid(isId, { path: 'to.id', problem: 'must be a text, or a function that makes one' })
  return agent
}

/** A report comes as an event of the parent's own, and its record has that type. */
function requireOwnType(type: string | undefined, path: string): void {
  requireValid(type === undefined || !isReservedType(type), {
    path,
    problem: `'${type}' is kept for XState and Refold`,
    hint: 'Event types do not start with xstate., refold. or $.',
  })
}

function messageAction<
  C extends MachineContext,
  X extends EventObject,
  P extends ParameterizedObject['params'] | undefined,
  E extends EventObject,
>(plan: MessagePlan): MessageAction<C, X, P, E> {
  const { kind, name } = plan
  const action: MessageAction<C, X, P, E> = () => {
    const what = kind === 'start' ? `no agent "${name}" is started` : `nothing is sent to agents "${name}"`
    console.warn(`refold: warn: ${what}: this machine runs without Refold`)
  }
  return Object.defineProperty(action, MESSAGE, { value: Object.freeze(plan) })
}
