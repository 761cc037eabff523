/** What a transition asked for. Built-in actions happen inside the tree, in XState's order; custom ones are left for after the append. */
import { messagePlanOf } from '../definition/send-to-agent.js'
import type { MessagePlan } from '../definition/send-to-agent.js'
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { ownMember } from '../json/own-member.js'
import type { LiveActor } from './live-actor.js'
import { sentMessage } from './sent-message.js'
import { plainJson } from './normalize.js'
import { noDelay } from './timer-table.js'
import type { TreePort } from './tree-port.js'
import type { ActionCall, SentMessage } from './tree-step.js'
import type { ActionShape, EventShape, RefShape } from './xstate/shapes.js'
import { isPromised } from '../world/is-promised.js'
import { noAnswer, noteThrower } from './xstate/named-actions.js'
import { RUNNING, STOPPED } from './xstate/shapes.js'

interface SendParams {
  readonly to: RefShape | string | undefined
  readonly event: EventShape
  /** A number, but for what `lacksDelay` finds. */
  readonly delay: number | undefined
  readonly id: string | undefined
}

/** Called in the middle of a transition: what changes actors is deferred until it is done. */
export function performAction(tree: TreePort, actor: LiveActor, action: ActionShape): void {
  const { deferred } = actor
  if (gavePromise(action)) return tree.log?.refuse(noAnswer(action.type))
  if (lacksDelay(action)) return tree.log?.refuse(noDelay((action.params as SendParams).event.type, '/timers'))
  switch (action.type) {
    case 'xstate.raise': {
      const { event, delay, id } = action.params as SendParams
      // Without a delay the machine has taken it already.
      if (typeof delay === 'number') deferred.push(() => tree.schedule(actor, { target: actor.sid, event, delay, id }))
      return
    }
    case 'xstate.cancel': {
      const { sendId } = action.params as { sendId: string }
      deferred.push(() => tree.timers.cancel(actor.sid, sendId))
      return
    }
    case 'xstate.sendTo':
      requireActor(action.params as SendParams)
      deferred.push(() => sendTo(tree, actor, action.params as SendParams))
      return
    case 'xstate.spawnChild':
      startLater(tree, actor, action.params as { actorRef: RefShape | undefined; id: string })
      return
    case 'xstate.stopChild':
      if (action.params !== undefined) stopChild(tree, actor, action.params as RefShape)
      return
    case 'xstate.emit':
      deferred.push(() => tree.interpreter.emit(actor, (action.params as { event: unknown }).event))
      return
    case 'xstate.log':
      tree.log?.actions.push(logCall(tree, action.params as { value: unknown; label: string | undefined }))
      return
    default:
      if (action.exec !== undefined) custom(tree, action, action.exec)
  }
}

/** An id, an event, a delay or a target: what XState asked for and did not get. */
function gavePromise({ type, params }: ActionShape): boolean {
  if (!type.startsWith('xstate.') || typeof params !== 'object' || params === null) return false
  if (isPromised(params)) return true
  return Object.values(params).map(isPromised).includes(true)
}

/** A delay was asked for and came out as something else: XState would let the event come at once. A state's `after` always asks for one. */
function lacksDelay({ type, params }: ActionShape): boolean {
  if (type !== 'xstate.raise' && type !== 'xstate.sendTo') return false
  const { event, delay, id } = params as SendParams
  if (delay === undefined) return id === event.type && id.startsWith('xstate.after.')
  return typeof delay !== 'number'
}

/** A message to another agent is part of the transition, as `assign` is; anything else waits for the append. */
function custom(tree: TreePort, action: ActionShape, exec: NonNullable<ActionShape['exec']>): void {
  const plan = messagePlanOf(exec)
  if (plan === undefined) tree.log?.actions.push(customCall(action, exec))
  else tree.log?.messages.push(madeMessage(plan, action))
}

function madeMessage(plan: MessagePlan, action: ActionShape): SentMessage {
  try {
    return sentMessage(plan, action)
  } catch (error) {
    noteThrower(error, action.type)
    throw error
  }
}

/** For an id such as `toString`, that no child has, XState finds what the list of children inherits. */
function requireActor({ to, event }: SendParams): void {
  if (typeof to !== 'function' && to !== (Object.prototype as unknown)) return
  throw new Error(`Unable to send "${event.type}": there is no actor of this id`)
}

function sendTo(tree: TreePort, actor: LiveActor, { to, event, delay, id }: SendParams): void {
  const target = typeof to === 'string' ? ownMember(actor.snapshot.children ?? {}, to) : to
  if (target === undefined) return
  const own = target.system === tree.system
  if (typeof delay === 'number') {
    if (own) return tree.schedule(actor, { target: target.sessionId, event, delay, id })
    const hint = 'Raise the delayed event in the machine itself and send from there.'
    return tree.log?.refuse(
      new RefoldError('NOT_RESTORABLE', `a delayed "${event.type}" goes to an actor outside of the agent`, { hint }),
    )
  }
  const sent =
    event.type === 'xstate.error'
      ? { type: `xstate.error.actor.${actor.id}`, error: event['data'], actorId: actor.id }
      : event
  if (own) tree.interpreter.send(target.sessionId, sent)
  else tree.log?.actions.push({ type: 'xstate.sendTo', run: () => target.send(sent) })
}

function startLater(
  tree: TreePort,
  actor: LiveActor,
  { actorRef, id }: { actorRef: RefShape | undefined; id: string },
): void {
  if (actorRef === undefined) {
    return tree.log?.refuse(
      new RefoldError('NOT_RESTORABLE', `the actor "${id}" has no logic`, { facts: { path: `/children/${id}` } }),
    )
  }
  actor.deferred.push(() => {
    if (actorRef._processingStatus !== STOPPED) tree.start(actorRef)
  })
}

/** One that did not start yet is stopped at once, so that it never starts; its names are free at once in any case. */
function stopChild(tree: TreePort, actor: LiveActor, child: RefShape): void {
  unsetKeys(tree, child)
  if (child._processingStatus !== RUNNING) tree.stop(child)
  else actor.deferred.push(() => tree.stop(child))
}

function unsetKeys(tree: TreePort, ref: RefShape): void {
  for (const child of Object.values(ref._snapshot?.children ?? {})) if (child !== undefined) unsetKeys(tree, child)
  tree.unsetKey(ref)
}

/** What is logged may be the whole context: it is not recorded. */
function logCall(tree: TreePort, { value, label }: { value: unknown; label: string | undefined }): ActionCall {
  return { type: 'xstate.log', run: () => tree.options.onLog(label ? [label, value] : [value]) }
}

function customCall(action: ActionShape, exec: NonNullable<ActionShape['exec']>): ActionCall {
  const { type, params, info } = action
  const run = (): unknown => exec(info, params)
  const json = params === undefined ? undefined : jsonOrNothing(params)
  return json === undefined ? { type, run } : { type, params: json, run }
}

function jsonOrNothing(params: unknown): JsonValue | undefined {
  try {
    return plainJson(params, '/params')
  } catch {
    return undefined
  }
}
