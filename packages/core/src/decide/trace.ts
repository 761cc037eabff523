/** The trace that an input belongs to: what its caller gave, or what stands with the effect or message that it is about. */
import { effectIn } from '../record/large-members.js'
import type { StateDocument } from '../record/state-document.js'
import type { DecideContext } from './context.js'
import type { Envelope } from './inputs.js'
import { nextMessage } from './outbox.js'

/** W3C trace context, version 00 and what later ones begin with; of invalid ids, all zeros, none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Whether it is a `traceparent`: `00-<trace id>-<parent id>-<flags>`. */
export function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && TRACEPARENT.test(value)
}

/** Of the record that is to be made, and so of the effects and messages that begin with it. */
export function traceparentOf({ state }: Pick<DecideContext, 'state'>, envelope: Envelope): string | undefined {
  if (envelope.traceparent !== undefined || state === undefined) return envelope.traceparent
  return inheritedBy(state, envelope.input)
}

function inheritedBy(state: StateDocument, input: Envelope['input']): string | undefined {
  if ('effect' in input) return effectIn(state, input.effect)?.traceparent
  if (input.kind === 'message.settled') return nextMessage(state, input.to)?.traceparent
  return input.kind === 'retried' ? state.agent.waiting?.[0]?.traceparent : undefined
}

/** Spread into what the record puts into the state. */
export function traced(traceparent: string | undefined): { readonly traceparent?: string } {
  return traceparent === undefined ? NONE : { traceparent }
}

const NONE = Object.freeze({})
