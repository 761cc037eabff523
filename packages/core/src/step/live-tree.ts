/**
 * The live actors of one agent, and what their actor system answers.
 *
 * Invariant: outside of a step nothing moves: `log` is undefined, and what is sent goes to the runtime.
 */
import { kindOfLogic } from '../definition/logic-kind.js'
import { RefoldError } from '../errors.js'
import type { ActorId } from '../record/state-document.js'
import { afterNodeOf } from './after-timers.js'
import { edgesTaken } from './edges.js'
import { LiveActor } from './live-actor.js'
import type { ActorIdentity } from './live-actor.js'
import type { RefPort } from './normalize.js'
import { isForbiddenKey } from '../json/pointer.js'
import { notSerializable } from '../json/refusal.js'
import type { Given } from '../json/json-walk.js'
import { StepLog } from './step-log.js'
import { TimerTable } from './timer-table.js'
import type { StepOptions, TreeOptions } from './tree-step.js'
import { Interpreter } from './interpreter.js'
import { isPromised } from '../world/is-promised.js'
import { nameOfLogic } from './xstate/logic.js'
import { noAnswer } from './xstate/named-actions.js'
import { goneRef, PlainRef } from './xstate/refs.js'
import type { EventShape, MachineShape, RefShape, SnapshotShape, TransitionShape } from './xstate/shapes.js'
import { TreeSystem } from './xstate/system.js'
import type { SystemHost } from './xstate/system.js'

/** The id of the root. */
export const ROOT: ActorId = '0'

/** Made by `createTree` and `hydrateTree`; moved by its `interpreter`. */
export class LiveTree implements SystemHost, RefPort {
  readonly actors = new Map<ActorId, LiveActor>()
  readonly timers = new TimerTable()
  readonly interpreter = new Interpreter(this)
  readonly system: TreeSystem
  readonly root: LiveActor
  readonly options: TreeOptions
  log: StepLog | undefined = undefined
  get given(): Given | undefined {
    return this.log?.given
  }
  readonly #keyed = new Map<string, RefShape>()
  #hydratingAs: ActorId | undefined = undefined
  #ranks = 0

  constructor(machine: MachineShape, options: TreeOptions) {
    this.options = options
    this.system = new TreeSystem(this)
    const ref = new PlainRef(this.system, options.agentId, ROOT) as unknown as RefShape
    this.root = this.add({
      sid: ROOT,
      id: options.agentId,
      parent: undefined,
      kind: 'machine',
      logic: machine,
      ref,
      src: undefined,
      sync: false,
      systemId: undefined,
    })
  }

  // ---- steps

  begin(options: StepOptions): StepLog {
    return (this.log = new StepLog(options))
  }

  // ---- what the system asks

  nextActorId(): ActorId {
    return this.#hydratingAs ?? this.logged().nextActorId()
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
    else if (to.system === this.system) this.interpreter.send(to.sessionId, event)
  }
  microstep(of: RefShape, transitions: readonly TransitionShape[], snapshot: SnapshotShape): void {
    if (this.log === undefined || transitions.length === 0) return
    if (snapshot.status === 'done') this.interpreter.reachedEnd(of.sessionId, snapshot)
    const { path } = this.log
    for (const edge of edgesTaken(transitions)) path.push(of.sessionId === ROOT ? edge : `${of.sessionId}/${edge}`)
  }
  start(ref: RefShape): void {
    const actor = this.actors.get(ref.sessionId)
    if (actor !== undefined) this.interpreter.start(actor)
  }
  stop(ref: RefShape): void {
    const actor = this.actors.get(ref.sessionId)
    if (actor !== undefined) this.interpreter.stop(actor)
  }
  adopt(ref: RefShape, logic: unknown, input: unknown): SnapshotShape | undefined {
    if (this.#hydratingAs !== undefined) return undefined
    const parent = this.actors.get(ref._parent?.sessionId ?? ROOT)
    const kind = kindOfLogic(logic)
    const src = typeof ref.src === 'string' ? ref.src : nameOfLogic(parent?.logic, logic)
    if (src === undefined || kind === 'unknown') this.logged().refuse(notRestorable(ref, kind))
    ref.src = src
    const { sessionId: sid, id, systemId } = ref
    if (isPromised(id)) this.logged().refuse(noAnswer('the id of a child'))
    if (isForbiddenKey(id)) this.logged().refuse(reservedId(id))
    const actor = this.add({
      sid,
      id,
      parent,
      kind: kind === 'unknown' ? 'callback' : kind,
      logic,
      ref,
      src,
      sync: ref._syncSnapshot === true,
      systemId,
    })
    this.touch(actor)
    this.logged().membersChanged = true
    return (actor.snapshot = this.interpreter.firstSnapshot(actor, input))
  }

  // ---- actors

  add(identity: ActorIdentity): LiveActor {
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
    for (let at = actor; at.parent !== undefined && !at.isListed; at = at.parent) {
      at.isListed = true
      ;(at.parent.touched ??= []).push(at)
      at.parent.dirty = true
    }
  }
  schedule(
    source: LiveActor,
    timer: { target: ActorId; event: EventShape; delay: number; id: string | undefined },
  ): void {
    const log = this.logged()
    const due = dueAt(log.now, timer.delay)
    this.timers.schedule(log.nextTimerId(), {
      source: source.sid,
      target: timer.target,
      id: timer.id,
      node: afterNode(source, timer),
      due,
      event: timer.event,
    })
  }

  /** The log of the step under way. */
  logged(): StepLog {
    if (this.log === undefined) throw new RefoldError('INVARIANT', 'an actor moved outside of a step')
    return this.log
  }
}

/** Only what a state's `after` delays has the type of its event as its id. */
function afterNode(
  source: LiveActor,
  { event, id }: { event: EventShape; id: string | undefined },
): string | undefined {
  if (source.machine === undefined || id !== event.type) return undefined
  return afterNodeOf(source.machine, id)?.id
}

/** Whole milliseconds, as clocks have them, and none that a store could not keep exactly. */
function dueAt(now: number, delay: number): number {
  const due = Math.ceil(now + Math.max(0, delay))
  return Number.isFinite(due) ? Math.min(due, Number.MAX_SAFE_INTEGER) : due
}

function reservedId(id: string): RefoldError {
  const hint = 'Give it another id.'
  return notSerializable(`/children/${id}`, `a child with the reserved id "${id}"`, { hint })
}

function notRestorable(ref: RefShape, kind: string): RefoldError {
  const hint = 'Give the logic a name in `setup({ actors })` and spawn it by that name.'
  const why =
    kind === 'unknown' ? 'logic that none of XState’s creators made' : 'inline logic that cannot be found again by name'
  return new RefoldError('NOT_RESTORABLE', `the actor "${ref.id}" has ${why}`, {
    hint,
    facts: { path: `/children/${ref.id}` },
  })
}
