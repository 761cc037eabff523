/** What the owner of an agent writes without being asked: no one waits for the answer, so trouble goes to the log. */
import type { RefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { Teller } from '../events/event-hub.js'
import type { AgentCell } from './agent-cell.js'

interface Owner {
  readonly events: Teller
  readonly worker: string
}

/** It woke here while the worker had its hands full. */
export function postReleased(cell: AgentCell, { agent: { epoch } }: StateDocument, { events, worker }: Owner): void {
  const reject = (error: RefoldError): void => {
    if (error.code !== 'CLOSED') events.notice('warn', `${cell.stream} could not be released`, { error })
  }
  cell.post({ input: { kind: 'released' }, reason: 'the worker was full', worker, epoch }, { reject })
}

/** Inputs wait, and nothing blocks them any more. */
export function postRetried(cell: AgentCell, { agent: { epoch } }: StateDocument, { events, worker }: Owner): void {
  const reject = (error: RefoldError): void =>
    events.notice('error', `a waiting input of ${cell.stream} cannot be decided`, { error })
  cell.post({ input: { kind: 'retried' }, worker, epoch }, { reject })
}

/** The worker has outlived the agent's probation. */
export function postCleared(cell: AgentCell, { agent: { epoch } }: StateDocument, { events, worker }: Owner): void {
  const reject = (error: RefoldError): void => {
    if (error.code === 'CLOSED' || error.code === 'ALREADY_SO') return // ended on the way: no one is to be cleared
    events.notice('warn', `${cell.stream} outlived its probation, and that could not be recorded`, { error })
  }
  cell.post({ input: { kind: 'cleared' }, worker, epoch }, { reject })
}
