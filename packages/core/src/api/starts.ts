/** What a start was given, and whether a start of an agent that is there already is the same one. */
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import type { Settlement } from '../runtime/cell/submission.js'
import type { Envelope } from '../decide/inputs.js'
import { givenHash } from '../definition/given.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { isSameJson } from '../json/same-json.js'
import type { AgentLog } from '../log/agent-log.js'
import { headerOf } from '../record/header.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { StoredEvent } from '../store/port.js'

/** As a caller gave it, checked. */
export interface GivenStart extends Pick<Envelope, 'first'> {
  readonly input: JsonValue | undefined
  readonly given: string
}

/** Throws what is wrong with the input or with the first event: then nothing is done. */
export function givenStart(
  { parseInput, parseEvent }: DefinitionInternals,
  options: { readonly input?: unknown; readonly event?: unknown },
): GivenStart {
  const input = parseInput(options.input)
  const start = { input, given: givenHash(options.input, { parsed: input }) }
  if (options.event === undefined) return start
  const event = parseEvent(options.event)
  return { ...start, first: { input: { kind: 'event', event }, given: givenHash(options.event, { parsed: event }) } }
}

/** Throws `ID_REUSED` for a start with another input, or with another first event. */
export async function requireSameStart(
  cell: AgentCell,
  { log, input, given, first }: GivenStart & { readonly log: AgentLog },
): Promise<void> {
  const records: StoredEvent[] = []
  for await (const page of log.read(cell.stream, { limit: 2 })) records.push(...page)
  const [started, next] = records
  if (started === undefined) return
  const before = headerOf(started.metadata)?.given
  if (started.type === 'refold.forked') throw forkIsThere(cell)
  // One that was started by a message says only what its schema made of it.
  const stored = (started.data as { input?: JsonValue } | undefined)?.input ?? null
  if (!(before === undefined ? isSameJson(stored, input ?? null) : before === given))
    throw reused(cell, 'another input')
  const firstBefore = firstGiven(next)
  if (firstBefore === first?.given) return
  throw reused(cell, firstBefore === undefined ? 'no first event' : 'another first event')
}

/** Of the event that came with the start, if one did. */
function firstGiven(second: StoredEvent | undefined): string | undefined {
  const header = headerOf(second?.metadata)
  return header?.input.withStart === true ? header.given : undefined
}

function forkIsThere({ stream, id }: AgentCell): RefoldError {
  return new RefoldError('ID_REUSED', `${stream} is a fork`, {
    hint: 'Give the agent its own id, or `attach` to the fork.',
    facts: { id },
  })
}

function reused({ stream, id }: AgentCell, what: string): RefoldError {
  return new RefoldError('ID_REUSED', `${stream} was started with ${what}`, {
    hint: 'Give the agent its own id, or `attach` to the one that is there.',
    facts: { id },
  })
}

/** Where there is no place for one more agent it begins without an owner, and another worker takes it. */
export async function submitStart(
  runtime: WorkerRuntime,
  cell: AgentCell,
  { input, ...notes }: GivenStart & Pick<Envelope, 'by' | 'traceparent'>,
): Promise<Settlement> {
  const { worker, performs, lifecycle, capacity } = runtime
  const isOurs = performs && !lifecycle.isClosing && capacity.take(cell.stream)
  try {
    return await cell.submit({
      input: { kind: 'started', input },
      worker,
      ...(isOurs ? { epoch: 1 } : undefined),
      ...notes,
      ...runtime.holds.duringStart(cell.definition.name),
    })
  } finally {
    runtime.effects.keepCapacity(cell)
  }
}
