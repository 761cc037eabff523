/**
 * The live actors of one agent and the walk of one input through them, in XState's own order: depth first, actions
 * deferred until the parent's transition is done, a mailbox emptied when its actor ends.
 *
 * Invariants:
 * - outside of a step nothing moves: `log` is undefined, and what is sent goes to the runtime;
 * - a refusal is never thrown through XState, which would catch it: it stands in the log, and the walk stops.
 */
import { RefoldError } from '../errors.js'
import type { ActorId } from '../record/state-document.js'
import { byCreation } from './creation-order.js'
import { edgesTaken } from './edges.js'
import { firstEffectSnapshot, nextEffectSnapshot, STOP } from './effect-actor.js'
import { EffectSignal, isEffect, LiveActor } from './live-actor.js'
import type { Delivery } from './live-actor.js'
import { performAction } from './perform-action.js'
import { settle } from './settle.js'
import type { RefPort } from './settle.js'
import { MAX_EVENTS_PER_STEP, StepLog } from './step-log.js'
import { refusalOf } from './refusals.js'
import { TimerTable } from './timer-table.js'
import type { StepOptions, TreeOptions } from './tree-step.js'
import { kindOf, nameOfLogic } from './xstate/logic.js'
import { initialSnapshot } from './xstate/machine.js'
import { goneRef, PlainRef } from './xstate/refs.js'
import type { ActionShape, EventShape, LogicShape, MachineShape, RefShape, ScopeShape, SnapshotShape, TransitionShape } from './xstate/shapes.js'
import { NEW, RUNNING, STOPPED } from './xstate/shapes.js'
import { TreeSystem } from './xstate/system.js'
import type { SystemHost } from './xstate/system.js'

export const ROOT: ActorId = '0'

export class LiveTree implements SystemHost, RefPort {
  readonly actors = new Map<ActorId, LiveActor>()
  readonly timers = new TimerTable()
  readonly system: TreeSystem
  readonly root: LiveActor
  readonly options: TreeOptions
  log: StepLog | undefined = undefined
  readonly #keyed = new Map<string, RefShape>()
  #hydratingAs: ActorId | undefined = undefined
  #ranks = 0

  constructor(machine: MachineShape, options: TreeOptions) {
    this.options = options
    this.system = new TreeSystem(this)
    const ref = new PlainRef(this.system, options.agentId, ROOT) as unknown as RefShape
    this.root = this.add({ sid: ROOT, id: options.agentId, parent: undefined, kind: 'machine', logic: machine, ref, src: undefined, sync: false, systemId: undefined })
  }

  // ---- steps

  begin(options: StepOptions): StepLog {
    return (this.log = new StepLog(options))
  }
  boot(input: unknown): void {
    const snapshot = this.#firstSnapshot(this.root, input)
    this.#setSnapshot(this.root, snapshot)
    if (snapshot.status === 'error') this.#refuseFor(this.root, snapshot.error)
    else this.#start(this.root)
  }
  /** Into an actor's mailbox; at once, unless it is busy. To an actor that is gone or stopped: nowhere. */
  send(to: ActorId, event: Delivery): void {
    const actor = this.actors.get(to)
    if (actor === undefined || actor.life === STOPPED) return
    actor.mailbox.push(event)
    if (actor.open && !actor.busy) this.#flush(actor)
  }
  signal(effect: ActorId, signal: EffectSignal): void {
    this.send(effect, signal)
  }
  /** Once the root has ended nobody listens: what plain XState would leave running is stopped, and no timer is left. */
  stopAll(): void {
    for (const actor of [...this.actors.values()].sort(byCreation)) if (actor !== this.root && actor.life === RUNNING) this.#stop(actor)
    this.timers.clear()
  }

  // ---- what the system asks

  nextActorId(): ActorId {
    return this.#hydratingAs ?? this.#logged().nextActorId()
  }
  keyed(systemId: string): RefShape | undefined {
    return this.#keyed.get(systemId)
  }
  keyedActors(): Iterable<readonly [string, RefShape]> {
    return this.#keyed
  }
  setKey(systemId: string, ref: RefShape): void {
    const holder = this.#keyed.get(systemId)
    if (holder !== undefined && holder !== ref) throw new Error(`Actor with system ID '${systemId}' already exists.`)
    this.#keyed.set(systemId, ref)
  }
  holdsKey(actor: LiveActor): boolean {
    return actor.systemId !== undefined && this.#keyed.get(actor.systemId) === actor.ref
  }
  unsetKey(ref: RefShape): void {
    if (ref.systemId === undefined || this.#keyed.get(ref.systemId) !== ref) return
    this.#keyed.delete(ref.systemId)
    const actor = this.actors.get(ref.sessionId)
    if (actor !== undefined) this.touch(actor)
  }
  relay(_from: RefShape | undefined, to: RefShape, event: EventShape): void {
    if (this.log === undefined) this.options.onActorSend(to.sessionId, event)
    else if (to.system === this.system) this.send(to.sessionId, event)
  }
  microstep(of: RefShape, transitions: readonly TransitionShape[]): void {
    if (this.log === undefined || transitions.length === 0) return
    const { path } = this.log
    for (const edge of edgesTaken(transitions)) path.push(of.sessionId === ROOT ? edge : `${of.sessionId}/${edge}`)
  }
  start(ref: RefShape): void {
    const actor = this.actors.get(ref.sessionId)
    if (actor !== undefined) this.#start(actor)
  }
  stop(ref: RefShape): void {
    const actor = this.actors.get(ref.sessionId)
    if (actor !== undefined) this.#stop(actor)
  }
  adopt(ref: RefShape, logic: unknown, input: unknown): SnapshotShape | undefined {
    if (this.#hydratingAs !== undefined) return undefined
    const parent = this.actors.get(ref._parent?.sessionId ?? ROOT)
    const kind = kindOf(logic)
    const src = typeof ref.src === 'string' ? ref.src : nameOfLogic(parent?.logic, logic)
    if (src === undefined || kind === 'unknown') this.#logged().refuse(notRestorable(ref, kind))
    ref.src = src
    const identity = { sid: ref.sessionId, id: ref.id, parent, kind: kind === 'unknown' ? 'callback' : kind, logic, ref, src } as const
    const actor = this.add({ ...identity, sync: ref._syncSnapshot === true, systemId: ref.systemId })
    this.touch(actor)
    this.#logged().membersChanged = true
    return (actor.snapshot = this.#firstSnapshot(actor, input))
  }

  // ---- actors

  add(identity: ConstructorParameters<typeof LiveActor>[0]): LiveActor {
    const actor = new LiveActor(identity, this.#ranks++)
    this.actors.set(identity.sid, actor)
    return actor
  }
  /** Makes references with this id, and no first snapshots, while it runs. */
  hydrating<T>(id: ActorId, make: () => T): T {
    this.#hydratingAs = id
    try {
      return make()
    } finally {
      this.#hydratingAs = undefined
    }
  }
  readonly refOf = (value: object): ActorId | undefined => {
    const ref = value as Partial<RefShape>
    return ref.system === this.system ? ref.sessionId : undefined
  }
  readonly refTo = (id: ActorId): unknown => this.actors.get(id)?.ref ?? goneRef(this.system, id)

  /** Marks it to be looked at when the documents are made. */
  touch(actor: LiveActor): void {
    actor.dirty = true
    for (let at = actor.parent; at !== undefined && !at.dirty; at = at.parent) at.dirty = true
  }
  schedule(source: LiveActor, timer: { target: ActorId; event: EventShape; delay: number; id: string | undefined }): void {
    const log = this.#logged()
    const due = log.now + Math.max(0, timer.delay)
    this.timers.schedule(log.nextTimerId(), { source: source.sid, target: timer.target, id: timer.id, due, event: timer.event })
  }

  // ---- XState's own order of things

  #firstSnapshot(actor: LiveActor, input: unknown): SnapshotShape {
    const { machine, kind } = actor
    if (kind === 'promise' || kind === 'callback' || kind === 'observable') return firstEffectSnapshot(kind, input)
    const scope = this.#scopeOf(actor)
    const snapshot = machine === undefined ? actor.logic.getInitialSnapshot(scope, input) : initialSnapshot(machine, scope, input)
    if (snapshot.status === 'error' && actor !== this.root) snapshot.error = this.#childError(actor, snapshot.error)
    return snapshot
  }

  #scopeOf(actor: LiveActor): ScopeShape {
    return (actor.scope ??= {
      self: actor.ref,
      id: actor.ref.id,
      sessionId: actor.sid,
      system: this.system,
      logger: (...args) => this.#logged().actions.push({ type: 'xstate.log', run: () => this.options.onLog(args) }),
      emit: (event) => this.emit(actor, event),
      stopChild: () => {},
      defer: (run) => actor.deferred.push(run),
      actionExecutor: (action: ActionShape) => {
        if (actor.life === RUNNING) performAction(this, actor, action)
        else actor.deferred.push(() => performAction(this, actor, action))
      },
    })
  }

  /** Only the root's events are heard outside, as with `actor.on` in XState. */
  emit(actor: LiveActor, event: unknown): void {
    if (actor === this.root) this.#logged().emitted.push(event)
  }

  #start(actor: LiveActor): void {
    if (actor.life !== NEW) return
    if (actor.systemId !== undefined) this.setKey(actor.systemId, actor.ref)
    this.#setLife(actor, RUNNING)
    const { snapshot } = actor
    if (snapshot.status === 'done') return this.#update(actor, snapshot)
    if (snapshot.status === 'error') return this.#end(actor)
    if (actor.machine !== undefined) this.#startChildren(snapshot)
    else if (isEffect(actor)) this.#logged().started.push(actor)
    this.#update(actor, actor.snapshot)
    actor.open = true
    this.#flush(actor)
  }

  #startChildren(snapshot: SnapshotShape): void {
    for (const child of Object.values(snapshot.children ?? {})) {
      const actor = child === undefined ? undefined : this.actors.get(child.sessionId)
      if (actor?.snapshot.status === 'active') this.#start(actor)
    }
  }

  #flush(actor: LiveActor): void {
    if (actor.busy) return
    actor.busy = true
    try {
      while (actor.open && actor.mailbox.length > 0 && this.#mayGoOn()) this.#process(actor, actor.mailbox.shift() as Delivery)
    } finally {
      actor.busy = false
    }
  }

  #mayGoOn(): boolean {
    const log = this.#logged()
    if (++log.processed > MAX_EVENTS_PER_STEP) {
      const hint = 'Look for actors that answer each other without end.'
      log.refuse(new RefoldError('LOOPS_FOREVER', `one input made the actors process more than ${MAX_EVENTS_PER_STEP} events`, { hint }))
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
    this.#update(actor, next)
    if (!(event instanceof EffectSignal) && event.type === STOP) this.#close(actor)
  }

  #transition(actor: LiveActor, event: Delivery): SnapshotShape {
    if (isEffect(actor)) return nextEffectSnapshot(actor, event, this.#logged())
    const logic: LogicShape = actor.machine ?? actor.logic
    return logic.transition(actor.snapshot, event as EventShape, this.#scopeOf(actor))
  }

  #update(actor: LiveActor, snapshot: SnapshotShape): void {
    if (actor.snapshot !== snapshot || actor.ref._snapshot !== snapshot) this.#setSnapshot(actor, snapshot)
    if (actor.deferred.length > 0) this.#runDeferred(actor)
    const { status, output } = actor.snapshot
    if (status === 'error') return this.#end(actor)
    if (status === 'active' && actor.sync) this.#toParent(actor, { type: `xstate.snapshot.${actor.id}`, snapshot: actor.snapshot })
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
    this.timers.cancelAll(actor.sid)
    actor.mailbox.length = 0
    actor.open = false
    this.#setLife(actor, STOPPED)
    this.unsetKey(actor.ref)
    this.#logged().membersChanged = true
  }

  #stop(actor: LiveActor): void {
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
    this.touch(actor)
  }
  #setLife(actor: LiveActor, life: LiveActor['life']): void {
    actor.life = life
    actor.ref._processingStatus = life
    this.touch(actor)
  }

  /** Errors are data from the moment they are caught, live too. */
  #childError(actor: LiveActor, error: unknown): unknown {
    if (this.#refuseFor(actor, error)) return undefined
    try {
      return settle(error, { port: this, at: '/error' }).live
    } catch (unstorable) {
      this.#refuseFor(actor, unstorable)
      return undefined
    }
  }

  /** Whether the error means that nothing of this step may be recorded. */
  #refuseFor(actor: LiveActor, error: unknown): boolean {
    const refusal = refusalOf(error, { isRoot: actor === this.root, machine: actor.machine })
    if (refusal === undefined) return false
    this.#logged().refuse(refusal)
    return true
  }

  #logged(): StepLog {
    if (this.log === undefined) throw new RefoldError('INVARIANT', 'an actor moved outside of a step')
    return this.log
  }
}

function notRestorable(ref: RefShape, kind: string): RefoldError {
  const hint = 'Give the logic a name in `setup({ actors })` and spawn it by that name.'
  const why = kind === 'unknown' ? 'logic that none of XState’s creators made' : 'inline logic that cannot be found again by name'
  return new RefoldError('NOT_RESTORABLE', `the actor "${ref.id}" has ${why}`, { hint, facts: { path: `/children/${ref.id}` } })
}
