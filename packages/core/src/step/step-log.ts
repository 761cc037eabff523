/** What the step under way has done so far. */
import type { RefoldError } from '../errors.js'
import type { Given } from '../json/json-walk.js'
import type { Copies } from '../json/separate-copy.js'
import type { Delivery } from '../record/record.js'
import type { EffectId } from '../record/state-document.js'
import type { LiveActor } from './live-actor.js'
import type { ActionCall, SentMessage, StepOptions } from './tree-step.js'

/** Events that the actors of a tree may process for one input: more is taken for a ping-pong without end. */
export const MAX_EVENTS_PER_STEP = 10_000

export class StepLog {
  readonly now: number
  readonly revision: number
  readonly scheduled: LiveActor[] = []
  readonly stopped: EffectId[] = []
  readonly deliveries: Delivery[] = []
  readonly emitted: unknown[] = []
  readonly actions: ActionCall[] = []
  readonly messages: SentMessage[] = []
  readonly path: string[] = []
  /** Originals of what was put into a second place of the state. */
  readonly copies: Copies = new Map()
  readonly given: Given = new Map()
  /** Some actor's children changed, or an actor that is out of place ended: someone may be lost. */
  membersChanged = false
  /** The first reason not to record this step. XState catches what is thrown inside of it, so it is kept here. */
  refusal: RefoldError | undefined = undefined
  processed = 0
  #actors = 0
  #timers = 0

  constructor(options: StepOptions) {
    this.now = options.now
    this.revision = options.revision
  }
  nextActorId(): string {
    return `${this.revision}.${this.#actors++}`
  }
  nextTimerId(): string {
    return `${this.revision}.t${this.#timers++}`
  }
  refuse(error: RefoldError): void {
    this.refusal ??= error
  }
}
