/**
 * The walk of one input through a tree, in XState's own order: depth first, actions deferred until the transition that
 * asked for them is done, a mailbox emptied when its actor ends.
 *
 * Invariant: a refusal is never thrown through XState, which would catch it: it stands in the log, and the walk stops.
 */
import { RefoldError } from '../errors.js'
import type { ActorId } from '../record/state-document.js'
import { byCreation } from './creation-order.js'
import { firstEffectSnapshot, nextEffectSnapshot, STOP } from './effect-actor.js'
import { isEffect, isInPlace, Placement } from './live-actor.js'
import type { Delivery, LiveActor } from './live-actor.js'
import { performAction } from './perform-action.js'
import { refusalOf } from './refusals.js'
import { normalize } from './normalize.js'
import { placed } from './placement.js'
import { MAX_EVENTS_PER_STEP } from './step-log.js'
import type { TreePort } from './tree-port.js'
import { initialSnapshot } from './xstate/machine.js'
import { stopManyAtEnd, transitionOf } from './xstate/many-children.js'
import type { ActionShape, EventShape, ScopeShape, SnapshotShape } from './xstate/shapes.js'
import { NEW, RUNNING, STOPPED } from './xstate/shapes.js'

/** How the actors of one tree move. */
export class Interpreter {
  readonly #tree: TreePort
  /** The machine whose transition is under way. */
  #moving: LiveActor | undefined
  #restoreChildren: (() => void) | undefined

  constructor(tree: TreePort) {
    this.#tree = tree
  }

  /** The root's first snapshot and its start. */
  boot(input: unknown): void {
    const snapshot = this.firstSnapshot(this.#tree.root, input)
    this.#setSnapshot(this.#tree.root, snapshot)
    if (snapshot.status === 'error') this.#refuseFor(this.#tree.root, snapshot.error)
    else this.start(this.#tree.root)
  }
  /** Into an actor's mailbox; at once, unless it is busy. To an actor that is gone or stopped: nowhere. */
  send(to: ActorId, event: Delivery): void {
    const actor = this.#tree.actors.get(to)
    if (actor === undefined || actor.life === STOPPED) return
    actor.mailbox.push(event)
    if (actor.open && !actor.busy) this.#flush(actor)
  }
  /** Once the root has ended no one listens: what plain XState would leave running is stopped, and no timer is left. */
  stopAll(): void {
    for (const actor of [...this.#tree.actors.values()].toSorted(byCreation))
      if (actor !== this.#tree.root && actor.life === RUNNING) this.stop(actor)
    this.#tree.timers.clear()
  }

  /** Of an actor that is being made. Throws nothing: an error is in the snapshot. */
  firstSnapshot(actor: LiveActor, input: unknown): SnapshotShape {
    const { kind } = actor
    if (kind === 'promise' || kind === 'callback' || kind === 'observable') return firstEffectSnapshot(kind, input)
    const snapshot = this.#initialOf(actor, input)
    if (snapshot.status === 'error' && actor !== this.#tree.root)
      snapshot.error = this.#childError(actor, snapshot.error)
    return snapshot
  }

  #initialOf(actor: LiveActor, input: unknown): SnapshotShape {
    const { machine } = actor
    const scope = this.#scopeOf(actor)
    try {
      return machine === undefined
        ? actor.logic.getInitialSnapshot(scope, input)
        : initialSnapshot(machine, scope, input)
    } catch (error) {
      // A machine throws here only for a chart that is none; transition logic whatever the user's code throws.
      if (machine !== undefined) this.#refuseFor(this.#tree.root, error)
      return { status: 'error', output: undefined, error }
    }
  }

  #scopeOf(actor: LiveActor): ScopeShape {
    return (actor.scope ??= {
      self: actor.ref,
      id: actor.ref.id,
      sessionId: actor.sid,
      system: this.#tree.system,
      logger: (...args) =>
        this.#tree.logged().actions.push({ type: 'xstate.log', run: () => this.#tree.options.onLog(args) }),
      emit: (event) => this.emit(actor, event),
      stopChild: () => {},
      defer: (run) => actor.deferred.push(run),
      actionExecutor: (action: ActionShape) => {
        if (actor.life === RUNNING) performAction(this.#tree, actor, action)
        else actor.deferred.push(() => performAction(this.#tree, actor, action))
      },
    })
  }

  /** Only the root's events are heard outside, as with `actor.on` in XState. */
  emit(actor: LiveActor, event: unknown): void {
    if (actor === this.#tree.root) this.#tree.logged().emitted.push(event)
  }

  /** Once; again does nothing. */
  start(actor: LiveActor): void {
    if (actor.life !== NEW) return
    if (actor.systemId !== undefined) this.#tree.setKey(actor.systemId, actor.ref)
    this.#setLife(actor, RUNNING)
    const { snapshot } = actor
    if (snapshot.status === 'done') return this.#update(actor, snapshot)
    if (snapshot.status === 'error') return this.#end(actor)
    if (actor.machine !== undefined) this.#startChildren(snapshot)
    else if (isEffect(actor)) this.#tree.logged().scheduled.push(actor)
    this.#update(actor, actor.snapshot)
    actor.open = true
    this.#flush(actor)
  }

  #startChildren(snapshot: SnapshotShape): void {
    for (const child of Object.values(snapshot.children ?? {})) {
      const actor = child === undefined ? undefined : this.#tree.actors.get(child.sessionId)
      if (actor?.snapshot.status === 'active') this.start(actor)
    }
  }

  #flush(actor: LiveActor): void {
    if (actor.busy) return
    actor.busy = true
    try {
      while (actor.open && actor.mailbox.length > 0 && this.#mayGoOn())
        this.#process(actor, actor.mailbox.shift() as Delivery)
    } finally {
      actor.busy = false
    }
  }

  #mayGoOn(): boolean {
    const log = this.#tree.logged()
    if (++log.processed > MAX_EVENTS_PER_STEP) {
      const hint = 'Look for actors that answer each other without end.'
      log.refuse(
        new RefoldError('LOOPS_FOREVER', `one input made the actors process more than ${MAX_EVENTS_PER_STEP} events`, {
          hint,
        }),
      )
    }
    return log.refusal === undefined
  }

  #process(actor: LiveActor, event: Delivery): void {
    let next: SnapshotShape
    try {
      next = this.#transition(actor, event)
    } catch (error) {
      if (this.#refuseFor(actor, error)) return
      actor.deferred.length = 0
      this.#setSnapshot(actor, { ...actor.snapshot, status: 'error', error: this.#childError(actor, error) })
      return this.#end(actor)
    }
    if (event instanceof Placement && next === actor.snapshot) return
    this.#update(actor, next)
    if ('type' in event && event.type === STOP) this.#close(actor)
  }

  #transition(actor: LiveActor, event: Delivery): SnapshotShape {
    if (event instanceof Placement) return placed(this.#tree, actor, { placement: event, scope: this.#scopeOf(actor) })
    if (isEffect(actor)) return nextEffectSnapshot(actor, event, { log: this.#tree.logged(), port: this.#tree })
    const taken = { event: event as EventShape, scope: this.#scopeOf(actor) }
    if (actor.machine === undefined) return actor.logic.transition(actor.snapshot, taken.event, taken.scope)
    this.#moving = actor
    try {
      return transitionOf(actor.machine, actor.snapshot, taken)
    } finally {
      this.#moving = undefined
      this.#restoreChildren?.()
      this.#restoreChildren = undefined
    }
  }

  /** A machine has come to its end, perhaps in the transition under way. */
  reachedEnd(id: ActorId, snapshot: SnapshotShape): void {
    const actor = this.#moving
    if (actor?.sid === id) this.#restoreChildren = stopManyAtEnd(snapshot, this.#scopeOf(actor))
  }

  #update(actor: LiveActor, snapshot: SnapshotShape): void {
    if (actor.snapshot !== snapshot || actor.ref._snapshot !== snapshot) this.#setSnapshot(actor, snapshot)
    if (actor.deferred.length > 0) this.#runDeferred(actor)
    const { status, output } = actor.snapshot
    if (status === 'error') return this.#end(actor)
    if (status === 'active' && actor.sync)
      this.#toParent(actor, { type: `xstate.snapshot.${actor.id}`, snapshot: actor.snapshot })
    if (status !== 'done') return
    this.#close(actor)
    this.#toParent(actor, { type: `xstate.done.actor.${actor.id}`, output, actorId: actor.id })
  }

  #runDeferred(actor: LiveActor): void {
    const { deferred } = actor
    for (let next = deferred.shift(); next !== undefined; next = deferred.shift()) {
      try {
        next()
      } catch (error) {
        deferred.length = 0
        if (this.#refuseFor(actor, error)) return
        this.#setSnapshot(actor, { ...actor.snapshot, status: 'error', error: this.#childError(actor, error) })
      }
    }
  }

  #end(actor: LiveActor): void {
    this.#close(actor)
    this.#toParent(actor, { type: `xstate.error.actor.${actor.id}`, error: actor.snapshot.error, actorId: actor.id })
  }

  #toParent(actor: LiveActor, event: EventShape): void {
    if (actor.parent !== undefined) this.send(actor.parent.sid, event)
  }

  /** The actor has ended. */
  #close(actor: LiveActor): void {
    if (actor.life !== RUNNING) return
    this.#tree.timers.cancelAll(actor.sid)
    actor.mailbox.length = 0
    actor.open = false
    this.#setLife(actor, STOPPED)
    this.#tree.unsetKey(actor.ref)
    if (!isInPlace(actor)) this.#tree.logged().membersChanged = true
  }

  /** By a last event in its mailbox, as XState does; one that has not started never will. */
  stop(actor: LiveActor): void {
    if (actor.life === STOPPED) return
    // XState's mailbox keeps what stands first in one that was not opened yet.
    actor.mailbox.length = actor.open || actor.busy ? 0 : Math.min(1, actor.mailbox.length)
    if (actor.life === NEW) return this.#setLife(actor, STOPPED)
    actor.mailbox.push({ type: STOP })
    if (actor.open) this.#flush(actor)
  }

  #setSnapshot(actor: LiveActor, snapshot: SnapshotShape): void {
    actor.snapshot = snapshot
    actor.ref._snapshot = snapshot
    this.#tree.touch(actor)
  }
  #setLife(actor: LiveActor, life: LiveActor['life']): void {
    actor.life = life
    actor.ref._processingStatus = life
    this.#tree.touch(actor)
  }

  /** Errors are data from the moment they are caught, live too. */
  #childError(actor: LiveActor, error: unknown): unknown {
    if (this.#refuseFor(actor, error)) return undefined
    try {
      return normalize(error, { port: this.#tree, at: '/error' }).live
    } catch (unstorable) {
      this.#refuseFor(actor, unstorable)
      return undefined
    }
  }

  /** Whether the error means that nothing of this step may be recorded. */
  #refuseFor(actor: LiveActor, error: unknown): boolean {
    const refusal = refusalOf(error, {
      isRoot: actor === this.#tree.root,
      actor: actor.id,
      machine: actor.machine,
    })
    if (refusal === undefined) return false
    this.#tree.logged().refuse(refusal)
    return true
  }
}
