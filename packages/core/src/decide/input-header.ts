/** What a record says of the input that it is an answer to. */
import type { InputHeader } from '../record/record.js'
import type { ChartInput } from '../step/tree-step.js'
import type { Envelope } from './inputs.js'

export function inputHeader(input: ChartInput, envelope: Envelope, late: boolean): InputHeader {
  const header: { -readonly [K in keyof InputHeader]: InputHeader[K] } = { kind: input.kind }
  if ('effect' in input) header.effect = input.effect
  else if (input.kind === 'timer.fired') header.timer = input.timer
  else if (input.kind === 'actor.event') header.to = input.to
  else if (input.kind === 'message.undelivered') header.seq = input.seq
  const origin = input.kind === 'message' ? input : input.kind === 'started' ? input.by : undefined
  if (origin !== undefined) {
    header.from = origin.from
    header.seq = origin.seq
  }
  if (envelope.dedupId !== undefined) header.dedupId = envelope.dedupId
  if (envelope.withStart === true) header.withStart = true
  if (late) header.late = true
  return header
}
