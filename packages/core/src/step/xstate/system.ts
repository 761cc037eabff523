/**
 * Our stand-in for XState's actor system. With the other files of this folder it is the only code that knows XState's
 * internals; the differential test of `@refold/testing` holds it to XState's behaviour, package.json to its version.
 */
import type { EventShape, LogicShape, RefShape, SnapshotShape, TransitionShape } from './shapes.js'
import { unsupported } from './unsupported.js'

/** What the system needs of the tree that owns it. */
export interface SystemHost {
  nextActorId(): string
  keyed(systemId: string): RefShape | undefined
  keyedActors(): Iterable<readonly [string, RefShape]>
  setKey(systemId: string, ref: RefShape): void
  unsetKey(ref: RefShape): void
  relay(from: RefShape | undefined, to: RefShape, event: EventShape): void
  microstep(of: RefShape, transitions: readonly TransitionShape[], snapshot: SnapshotShape): void
  /** An actor was made inside a transition: its first snapshot. */
  adopt(ref: RefShape, logic: unknown, input: unknown): SnapshotShape | undefined
  start(ref: RefShape): void
  stop(ref: RefShape): void
}

type InspectionEvent =
  | { readonly type: '@xstate.actor'; readonly actorRef: RefShape }
  | {
      readonly type: '@xstate.microstep'
      readonly actorRef: RefShape
      readonly snapshot: SnapshotShape
      readonly _transitions: readonly TransitionShape[]
    }
  | { readonly type: '@xstate.event' | '@xstate.action' | '@xstate.snapshot' }

const NOTHING = { unsubscribe(): void {} }
const IDLE_CLOCK = { setTimeout(): void {}, clearTimeout(): void {} }

/** Stands where XState's actor system stands, and sends what happens in it to the tree. */
export class TreeSystem {
  readonly #host: SystemHost
  readonly scheduler = { schedule(): void {}, cancel(): void {}, cancelAll(): void {} }
  readonly _snapshot = { _scheduledEvents: {} }
  readonly _clock = IDLE_CLOCK

  constructor(host: SystemHost) {
    this.#host = host
  }
  get host(): SystemHost {
    return this.#host
  }
  _bookId(): string {
    return this.#host.nextActorId()
  }
  _register(id: string): string {
    return id
  }
  _unregister(ref: RefShape): void {
    this.#host.unsetKey(ref)
  }
  _set(systemId: string, ref: RefShape): void {
    this.#host.setKey(systemId, ref)
  }
  get(systemId: string): RefShape | undefined {
    return this.#host.keyed(systemId)
  }
  getAll(): Record<string, RefShape> {
    return Object.fromEntries(this.#host.keyedActors())
  }
  getSnapshot(): object {
    return this._snapshot
  }
  start(): void {}
  inspect(): typeof NOTHING {
    return NOTHING
  }
  _logger(): void {}
  _relay(from: RefShape | undefined, to: RefShape, event: EventShape): void {
    this.#host.relay(from, to, event)
  }
  /** Every actor announces itself before it makes its first snapshot: there its logic is replaced, so that it never runs by itself. */
  _sendInspectionEvent(event: InspectionEvent): void {
    if (event.type === '@xstate.microstep') this.#host.microstep(event.actorRef, event._transitions, event.snapshot)
    else if (event.type === '@xstate.actor') replaceLogic(this.#host, event.actorRef)
  }
}

/** Public fields: one is made for each actor, and private ones cost more. */
class StubLogic {
  readonly host: SystemHost
  readonly ref: RefShape
  readonly logic: unknown
  readonly config: unknown

  constructor(host: SystemHost, ref: RefShape, logic: unknown) {
    this.host = host
    this.ref = ref
    this.logic = logic
    this.config = (logic as LogicShape).config
  }
  getInitialSnapshot(_scope: unknown, input: unknown): SnapshotShape | undefined {
    return this.host.adopt(this.ref, this.logic, input) ?? UNBORN
  }
  transition(snapshot: SnapshotShape): SnapshotShape {
    return snapshot
  }
  getPersistedSnapshot(snapshot: SnapshotShape): SnapshotShape {
    return snapshot
  }
}

/** For actors that are being hydrated: their real snapshot comes later. */
const UNBORN: SnapshotShape = Object.freeze({ status: 'active', output: undefined, error: undefined })

/** XState's own would say nothing: it does not move its actors here. */
const UNSUPPORTED = {
  stop: () => refuse('stop'),
  on: () => refuse('on'),
  subscribe: () => refuse('subscribe'),
}

function refuse(what: keyof typeof UNSUPPORTED): never {
  throw unsupported(what)
}

function replaceLogic(host: SystemHost, ref: RefShape): void {
  const { logic } = ref
  ref.start = startedByTree
  ref._stop = stoppedByTree
  Object.assign(ref, UNSUPPORTED)
  ref.logic = new StubLogic(host, ref, logic)
}
/* Shared by all actors, so that none needs closures of its own. `this` is the actor. */
function startedByTree(this: RefShape): RefShape {
  ;(this.system as TreeSystem).host.start(this)
  return this
}
function stoppedByTree(this: RefShape): RefShape {
  ;(this.system as TreeSystem).host.stop(this)
  return this
}
