/** The actor that stands for an effect in the tree: it never runs, it takes what its body did as signals. */
import { isEventData } from '../record/event-data.js'
import { normalize, notAnEvent } from './normalize.js'
import type { RefPort } from './normalize.js'
import type { LiveActor } from './live-actor.js'
import { EffectSignal, Placement } from './live-actor.js'
import type { Delivery } from './live-actor.js'
import type { StepLog } from './step-log.js'
import type { EffectKind } from '../record/state-document.js'
import type { EventShape, SnapshotShape } from './xstate/shapes.js'

export const STOP = 'xstate.stop'

/** As XState's own logic of this kind begins. */
export function firstEffectSnapshot(kind: EffectKind, input: unknown): SnapshotShape {
  const first = { status: 'active' as const, output: undefined, error: undefined }
  return kind === 'observable' ? { ...first, context: undefined, input } : { ...first, input }
}

export interface StepUnderWay {
  readonly log: StepLog
  readonly port: RefPort
}

/** As XState's own logic of this kind goes on, but that a body outside is told of what was sent to it. */
export function nextEffectSnapshot(actor: LiveActor, event: Delivery, { log, port }: StepUnderWay): SnapshotShape {
  const { snapshot } = actor
  if (snapshot.status !== 'active') return snapshot
  if (event instanceof EffectSignal) return signalled(snapshot, event)
  if (event instanceof Placement) return snapshot
  if (event.type === STOP) {
    log.stopped.push(actor.sid)
    return { ...snapshot, status: 'stopped', input: undefined }
  }
  if (actor.kind === 'callback') log.deliveries.push(deliveryOf(actor, event, port))
  return snapshot
}

/** References stand beside the event; an error names the whole path. */
function deliveryOf(actor: LiveActor, event: EventShape, port: RefPort): StepLog['deliveries'][number] {
  const at = `/deliver/${actor.sid}`
  const { json, refs } = normalize(event, { port, at })
  if (!isEventData(json)) throw notAnEvent(`what is sent to "${actor.id}"`, at)
  const delivery = { effect: actor.sid, event: json }
  if (refs === undefined) return delivery
  const below = Object.entries(refs).map(([pointer, id]) => [pointer.slice(at.length), id] as const)
  return { ...delivery, refs: Object.fromEntries(below) }
}

function signalled(snapshot: SnapshotShape, { kind, value }: EffectSignal): SnapshotShape {
  if (kind === 'done') return { ...snapshot, status: 'done', output: value, input: undefined }
  if (kind === 'failed') return { ...snapshot, status: 'error', error: value, input: undefined }
  return { ...snapshot, context: value }
}
