/** Outside events: which ones an agent takes now, and whether one with a known id is the one that came before. */
import { dedupEntryOf } from '../decide/dedup.js'
import type { Envelope } from '../decide/inputs.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { isRefoldError, RefoldError, withCode } from '../errors.js'
import { isSameJson } from '../json/same-json.js'
import { headerOf } from '../record/header.js'
import { toRevision } from '../record/revision.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { LegalEvent } from '../public/agent.js'
import type { AgentLog } from '../log/agent-log.js'
import type { EventData } from '../record/event-data.js'
import type { StateDocument } from '../record/state-document.js'
import type { OperatorReport } from '../runtime/events/operator-reports.js'
import type { Settlement } from '../runtime/cell/submission.js'

/** Of the newest folded state. Wildcards stand as they are. */
export function legalEvents(cell: AgentCell): readonly LegalEvent<string>[] {
  if (!isOpen(cell.state)) return []
  const { definition } = cell
  return cell
    .tree()
    .eventDescriptors()
    .filter((type) => type.includes('*') || definition.isOutsideEvent(type))
    .map((type) => {
      const schema = definition.schemaOf(type)
      return {
        type,
        ...(schema === undefined ? undefined : { schema }),
        ...(definition.approvals.has(type) ? { needsApproval: true } : undefined),
      } as LegalEvent<string>
    })
}

/** Whether the agent takes events now: it has not ended, and nothing blocks it. */
function isOpen(state: StateDocument | undefined): boolean {
  return state?.root.status === undefined && state?.agent.blocked === undefined
}

/** Whether the newest state takes the event; one that its schema refuses, it does not. */
export async function takesNow(
  event: unknown,
  definition: DefinitionInternals,
  fresh: () => Promise<AgentCell>,
): Promise<boolean> {
  let parsed
  try {
    parsed = definition.parseEvent(event)
  } catch (error) {
    if (isRefoldError(error)) return false
    throw error
  }
  const cell = await fresh()
  return isOpen(cell.state) && cell.tree().can(parsed)
}

const MAX_TURNS = 10_000

/** Submits an event. What came before it and still waits, though nothing blocks it any more, is decided first. */
export async function inTurn(
  cell: AgentCell,
  { worker }: Pick<Envelope, 'worker'>,
  submit: () => Promise<Settlement>,
): Promise<Settlement> {
  for (let turns = 1; ; turns++) {
    try {
      return await submit()
    } catch (error) {
      if (!isRefoldError(error, 'BLOCKED') || error.facts['waiting'] === undefined || turns > MAX_TURNS) throw error
    }
    try {
      await cell.submit({ input: { kind: 'retried' }, worker })
    } catch (error) {
      if (!isRefoldError(error, 'ALREADY_SO')) throw error
    }
  }
}

/** How it is told that an event which no one awaits was not taken. */
export function refusedPost(event: unknown, cause: unknown): OperatorReport {
  const error = withCode(cause, 'it could not be sent')
  const type = (event as { readonly type?: unknown } | null | undefined)?.type
  const message = `"${String(type)}", which was posted, was not taken: ${error.message}`
  return { code: error.code, message, facts: { event: type, error } }
}

interface Sent {
  /** As its schema has it now. */
  readonly event: EventData
  readonly log: AgentLog
}

/** A known id must come with the event that was given with it first. Throws `ID_REUSED`. */
export async function requireSameEvent(
  cell: AgentCell,
  { dedupId: id, given, event, log }: Required<Pick<Envelope, 'dedupId' | 'given'>> & Sent,
): Promise<void> {
  const known = cell.state === undefined ? undefined : dedupEntryOf(cell.state, id)
  if (known === undefined) return
  for await (const page of log.read(cell.stream, { from: toRevision(known.revision), limit: 1 })) {
    const [before] = page
    if (before === undefined) continue
    const { type, ...payload } = event
    const first = headerOf(before.metadata)?.given
    if (first === undefined ? before.type === type && isSameJson(before.data, payload) : first === given) return
    throw new RefoldError('ID_REUSED', `the id ${JSON.stringify(id)} came before with another event`, {
      facts: { revision: before.revision },
      hint: 'Give each event its own id.',
    })
  }
}
