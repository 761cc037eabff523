/** From the state before and the state after an input to its record: the patch, the header, the data. */
import type { JsonObject, JsonValue, PatchOperation } from '../json/json-value.js'
import { patchOf } from '../record/patch-of.js'
import { RECORD_FORMAT } from '../record/record.js'
import type { InputHeader, RecordBody, RecordHeader } from '../record/record.js'
import type { StateDocument } from '../record/state-document.js'
import type { DecideContext } from './context.js'
import type { Recorded } from './decision.js'
import type { Envelope } from './inputs.js'
import { changedSummary } from './summary.js'
import type { TreeStep } from '../step/tree-step.js'

export interface Composition {
  readonly type: string
  readonly data: JsonValue
  readonly after: StateDocument
  readonly input: InputHeader
  readonly step?: TreeStep
  readonly causationId?: string
}

interface Patched extends Composition {
  readonly patch: readonly PatchOperation[]
}

/** The record whose fold gives `after`. */
export function compose(context: DecideContext, envelope: Envelope, composition: Composition): Recorded {
  const { step } = composition
  const { patch, state } = patchOf(context.state, composition.after, { data: composition.data, id: context.eventId })
  return {
    kind: 'recorded',
    record: {
      id: context.eventId,
      type: composition.type,
      data: composition.data,
      metadata: {
        $correlationId: state.agent.incarnation,
        ...causation(envelope, composition),
        refold: header(context, envelope, { ...composition, patch }),
      },
    },
    state,
    actions: step?.actions ?? [],
    deliveries: step?.deliveries ?? [],
    tree: step,
  }
}

function causation(envelope: Envelope, composition: Composition): { $causationId?: string } {
  const id = composition.causationId ?? envelope.causationId
  return id === undefined ? {} : { $causationId: id }
}

function header(context: DecideContext, envelope: Envelope, composition: Patched): RecordHeader {
  const { state: before, at } = context
  const { after } = composition
  const { agent } = after
  const owned = agent.owner === envelope.worker
  return {
    v: RECORD_FORMAT,
    agent: `${agent.definition}@${agent.version}`,
    ...(before?.agent.fingerprint === agent.fingerprint ? undefined : { fingerprint: agent.fingerprint }),
    at,
    ...(envelope.by === undefined ? undefined : { by: envelope.by }),
    input: composition.input,
    ...(envelope.epoch === undefined ? undefined : { epoch: envelope.epoch }),
    ...(owned ? undefined : { worker: envelope.worker }),
    ...(envelope.traceparent === undefined ? undefined : { traceparent: envelope.traceparent }),
    ...changedSummary(before, after),
    body: body(composition),
  }
}

function body({ step, patch }: Patched): RecordBody {
  return {
    patch,
    ...(step === undefined || step.path.length === 0 ? undefined : { path: step.path }),
    ...(step === undefined || step.actions.length === 0 ? undefined : { actions: step.actions.map(namedAction) }),
    ...(step === undefined || step.deliveries.length === 0 ? undefined : { deliver: step.deliveries }),
    ...(step === undefined || step.emitted.length === 0 ? undefined : { emit: step.emitted }),
  }
}

function namedAction(action: TreeStep['actions'][number]): JsonObject {
  return action.params === undefined ? { type: action.type } : { type: action.type, params: action.params }
}
