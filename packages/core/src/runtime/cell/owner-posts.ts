/** What the owner of an agent writes without being asked: no one waits for the answer, so trouble goes to the log. */
import type { RefoldError, RefoldErrorCode } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { Teller } from '../events/event-hub.js'
import type { AgentCell } from './agent-cell.js'

interface Owner {
  readonly events: Teller
  readonly worker: string
}

/** Why a worker gives an agent up by itself: it woke here while there was no room, or another chart decided it meanwhile. */
export type ReleaseReason = 'the worker was full' | 'the chart here has no place for what the agent holds'

/** It came too late: this process closes, the agent has ended, or someone else did it first. */
const TOO_LATE: ReadonlySet<RefoldErrorCode> = new Set<RefoldErrorCode>(['CLOSED', 'NOT_ACTIVE', 'ALREADY_SO'])

/** Another worker goes on with it. */
export function postReleased(
  cell: AgentCell,
  { agent: { epoch } }: StateDocument,
  { events, worker, reason }: Owner & { readonly reason: ReleaseReason },
): void {
  const reject = (error: RefoldError): void => {
    if (!TOO_LATE.has(error.code)) events.notice('warn', `${cell.stream} could not be released`, { error })
  }
  cell.post({ input: { kind: 'released' }, reason, worker, epoch }, { reject })
}

/** Inputs wait, and nothing blocks them any more. */
export function postRetried(cell: AgentCell, { agent: { epoch } }: StateDocument, { events, worker }: Owner): void {
  const reject = (error: RefoldError): void => {
    if (!TOO_LATE.has(error.code))
      events.notice('error', `a waiting input of ${cell.stream} cannot be decided`, { error })
  }
  cell.post({ input: { kind: 'retried' }, worker, epoch }, { reject })
}

/** The worker has outlived the agent's probation. */
export function postCleared(cell: AgentCell, { agent: { epoch } }: StateDocument, { events, worker }: Owner): void {
  const reject = (error: RefoldError): void => {
    if (!TOO_LATE.has(error.code))
      events.notice('warn', `${cell.stream} outlived its probation, and that could not be recorded`, { error })
  }
  cell.post({ input: { kind: 'cleared' }, worker, epoch }, { reject })
}
