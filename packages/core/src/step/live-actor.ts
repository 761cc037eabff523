/** One actor of a live tree. A record: what may be done with it stands in `interpreter.ts`. */
import type { JsonValue } from '../json/json-value.js'
import type { ActorRefs } from '../json/to-json.js'
import type { ActorDocument, ActorId, ActorKind } from '../record/state-document.js'
import type { Configuration } from './configurations.js'
import type {
  EventShape,
  Life,
  LogicShape,
  MachineShape,
  NodeShape,
  RefShape,
  ScopeShape,
  SnapshotShape,
} from './xstate/shapes.js'
import { NEW } from './xstate/shapes.js'
import { boundedMachine } from './xstate/machine.js'

/** Who made a child and who waits for it, as its document has it: what is usual is absent. */
export type ChildOrigin = Pick<ActorDocument, 'spawned' | 'ignoresOutcome' | 'node' | 'among'>

/** What an effect did, on its way through its actor's mailbox. A class, so that no user event can pass for one. */
export class EffectSignal {
  readonly kind: 'done' | 'failed' | 'next'
  readonly value: unknown

  constructor(kind: 'done' | 'failed' | 'next', value: unknown) {
    this.kind = kind
    this.value = value
  }
}

/**
 * A migration has put the actor where it stands. A class, so that no user event can pass for one.
 */
export class Placement {
  /** The machine's document before the patch; `undefined`: the patch made it. */
  readonly before: ActorDocument | undefined
  /** States in which the machine stood before begin what they lack, too. */
  readonly beginsMissing: boolean

  constructor(before: ActorDocument | undefined, { beginsMissing }: { readonly beginsMissing: boolean }) {
    this.before = before
    this.beginsMissing = beginsMissing
  }
}

export type Delivery = EventShape | EffectSignal | Placement

export interface ActorIdentity {
  readonly sid: ActorId
  readonly id: string
  readonly parent: LiveActor | undefined
  readonly kind: ActorKind
  readonly logic: unknown
  readonly ref: RefShape
  readonly src: string | undefined
  readonly sync: boolean
  readonly systemId: string | undefined
}

/** A member of a snapshot as it was last settled: looked at again only when the live value is another one. */
export interface NormalizedMember {
  readonly live: unknown
  readonly json: JsonValue | undefined
  readonly refs: ActorRefs | undefined
}

/** Before it was settled. */
const ABSENT: NormalizedMember = Object.freeze({ live: undefined, json: undefined, refs: undefined })

/** A class, with every field set in its constructor, so that all actors have one hidden class. */
export class LiveActor {
  readonly sid: ActorId
  readonly id: string
  readonly parent: LiveActor | undefined
  readonly kind: ActorKind
  readonly logic: LogicShape
  /** Bounded, for a machine. */
  readonly machine: MachineShape | undefined
  readonly ref: RefShape
  readonly src: string | undefined
  readonly sync: boolean
  readonly systemId: string | undefined
  /** Rank of its creation in this process: siblings are made in the order of their ids. */
  readonly rank: number
  life: Life = NEW
  snapshot!: SnapshotShape
  scope: ScopeShape | undefined = undefined
  readonly mailbox: Delivery[] = []
  open = false
  busy = false
  readonly deferred: (() => void)[] = []

  /** Looked at when documents are made. */
  dirty = true
  /** Children that are to be looked at, and whether its parent has it among them. */
  touched: LiveActor[] | undefined = undefined
  isListed = false
  document: ActorDocument | undefined = undefined
  unlisted = false
  origin: ChildOrigin | undefined = undefined
  nodes: readonly NodeShape[] | undefined = undefined
  configuration: Configuration | undefined = undefined
  historyLive: SnapshotShape['historyValue'] = undefined
  history: ActorDocument['history'] = undefined
  childrenLive: SnapshotShape['children'] = undefined
  order: readonly string[] | undefined = undefined
  context: NormalizedMember = ABSENT
  output: NormalizedMember = ABSENT
  error: NormalizedMember = ABSENT
  input: NormalizedMember = ABSENT
  refs: ActorRefs | undefined = undefined

  constructor(identity: ActorIdentity, rank: number) {
    this.sid = identity.sid
    this.id = identity.id
    this.parent = identity.parent
    this.kind = identity.kind
    this.logic = identity.logic as LogicShape
    this.machine = identity.kind === 'machine' ? boundedMachine(identity.logic as MachineShape) : undefined
    this.ref = identity.ref
    this.src = identity.src
    this.sync = identity.sync
    this.systemId = identity.systemId
    this.rank = rank
  }
}

/** Effects are performed outside the tree. */
export function isEffect(actor: LiveActor): boolean {
  return actor.kind === 'promise' || actor.kind === 'callback' || actor.kind === 'observable'
}

/** Under this name XState lists a child that `spawnChild` made without an id; the actor's own id is its session id. */
const UNNAMED = 'undefined'

/** Whether its parent lists it without a name. */
export function isUnnamed({ parent, id, ref }: LiveActor): boolean {
  return id !== UNNAMED && parent?.snapshot.children?.[UNNAMED] === ref
}

/** Whether its parent's children name it: no other has taken its place there. */
export function isInPlace(actor: LiveActor): boolean {
  return actor.parent === undefined || nameInParent(actor) !== undefined
}

/** Under which name its parent's children have it. */
export function nameInParent(actor: LiveActor): string | undefined {
  const { parent, id, ref } = actor
  if (parent?.snapshot.children?.[id] === ref) return id
  return isUnnamed(actor) ? UNNAMED : undefined
}

/** The name of its policy: `draft`, or `child.charge` in a child machine. */
export function policyName(actor: LiveActor): string {
  const names: string[] = []
  for (let at: LiveActor | undefined = actor; at?.src !== undefined; at = at.parent) names.unshift(at.src)
  return names.join('.')
}
