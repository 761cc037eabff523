/** What the interpreter and the actions ask of the tree that they move. */
import type { ActorId } from '../record/state-document.js'
import type { Delivery, LiveActor } from './live-actor.js'
import type { RefPort } from './normalize.js'
import type { StepLog } from './step-log.js'
import type { TimerTable } from './timer-table.js'
import type { TreeOptions } from './tree-step.js'
import type { EventShape, RefShape } from './xstate/shapes.js'
import type { TreeSystem } from './xstate/system.js'

export interface TreePort extends RefPort {
  readonly root: LiveActor
  readonly actors: ReadonlyMap<ActorId, LiveActor>
  readonly timers: TimerTable
  readonly system: TreeSystem
  readonly options: TreeOptions
  /** How its actors move. */
  readonly interpreter: {
    send(to: ActorId, event: Delivery): void
    emit(actor: LiveActor, event: unknown): void
  }
  /** Of the step under way; `undefined` outside of one. */
  readonly log: StepLog | undefined
  /** The same; throws `INVARIANT` outside of a step. */
  logged(): StepLog
  /** Marks the actor to be looked at when the documents are made. */
  touch(actor: LiveActor): void
  setKey(systemId: string, ref: RefShape): void
  unsetKey(ref: RefShape): void
  start(ref: RefShape): void
  stop(ref: RefShape): void
  schedule(
    source: LiveActor,
    timer: { target: ActorId; event: EventShape; delay: number; id: string | undefined },
  ): void
}
