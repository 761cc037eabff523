/** What spans tell of records that this process wrote. */
import type { AgentRecorded } from '@refold/core'
import type { RecordFacts } from './span-shape.js'

type Written = NonNullable<AgentRecorded['written']>[number]

/** In their order. `previous`: the event id of the record before them, if it is known. */
export function writtenFacts(event: AgentRecorded, previous: string | undefined): readonly RecordFacts[] {
  const { written = [], revision } = event
  const first = Number(revision) - written.length + 1
  return written.map((record, index) => ({
    ...factsOf(record, event),
    revision: first + index,
    previous: written[index - 1]?.id ?? previous,
  }))
}

function factsOf(
  { id, type, data, metadata }: Written,
  { stream, before }: AgentRecorded,
): Omit<RecordFacts, 'revision'> {
  const { refold, $causationId } = metadata
  const { kind, effect, from } = refold.input
  return {
    stream,
    id,
    type,
    kind,
    definition: refold.agent,
    at: refold.at,
    effect,
    src: effect === undefined ? undefined : srcIn(data),
    traceparent: refold.traceparent,
    causedBy: $causationId ?? (effect === undefined ? undefined : before?.effects[effect]?.scheduledBy),
    isBlocking: refold.condition === 'blocked',
    isOfCaller: (kind === 'event' || kind === 'started') && from === undefined,
  }
}

function srcIn(data: unknown): string | undefined {
  const { src } = (data ?? {}) as { readonly src?: unknown } // any JSON has members, or none
  return typeof src === 'string' ? src : undefined
}
