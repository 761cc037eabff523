/** References to actors: the root's, those of hydrated children, those that lead nowhere any more. */
import { createActor } from 'xstate'
import type { AnyActorLogic, AnyActorRef } from 'xstate'
import type { EventShape, Life, RefShape, SnapshotShape } from './shapes.js'
import { NEW, STOPPED } from './shapes.js'
import { unsupported } from './unsupported.js'
import type { TreeSystem } from './system.js'

/** The reference to an actor that XState did not make: the root, and actors that are gone. */
export class PlainRef {
  readonly ref = this
  readonly _parent = undefined
  readonly id: string
  readonly sessionId: string
  readonly system: TreeSystem
  src: unknown
  systemId: string | undefined = undefined
  _snapshot: SnapshotShape | undefined = undefined
  _processingStatus: Life = NEW
  readonly send: (event: EventShape) => void

  constructor(system: TreeSystem, id: string, sessionId: string) {
    this.system = system
    this.id = id
    this.sessionId = sessionId
    this.src = id
    this.send = (event) => system._relay(undefined, this as unknown as RefShape, event)
  }
  start(): this {
    return this
  }
  stop(): never {
    throw unsupported('stop')
  }
  _send(): void {}
  on(): never {
    throw unsupported('on')
  }
  subscribe(): never {
    throw unsupported('subscribe')
  }
  getSnapshot(): SnapshotShape | undefined {
    return this._snapshot
  }
  getPersistedSnapshot(): SnapshotShape | undefined {
    return this._snapshot
  }
  toJSON(): object {
    return { xstate$$type: 1, id: this.id }
  }
}

/** A reference that still stands somewhere although nothing is known of its actor any more. */
export function goneRef(system: TreeSystem, sessionId: string): RefShape {
  const ref = new PlainRef(system, sessionId, sessionId)
  ref._processingStatus = STOPPED
  ref._snapshot = { status: 'stopped', output: undefined, error: undefined }
  return ref as unknown as RefShape
}

export interface ChildOptions {
  readonly id: string
  readonly src: string
  readonly parent: RefShape
  readonly syncSnapshot: boolean
}

/** An XState actor for an actor that is hydrated. Its id comes from the system's host. */
export function childRef(logic: unknown, options: ChildOptions): RefShape {
  const made = createActor(logic as AnyActorLogic, { ...options, parent: options.parent as unknown as AnyActorRef })
  return made as unknown as RefShape
}
