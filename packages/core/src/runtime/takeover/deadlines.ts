/** Deadlines of cancellations. The worker that sees that one has passed carries it out: that needs neither the owner nor a claim. */
import { isRefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { AgentCell } from '../cell/agent-cell.js'

/** Whether the chart's time to end by itself is over. */
export function isPastDeadline({ agent }: StateDocument, now: number): boolean {
  return agent.cancelling !== undefined && agent.cancelling.deadlineAt <= now
}

/** Stops the agent. Someone else may have done it, or the chart may have ended it, a moment before. */
export async function stopAtDeadline(cell: AgentCell, { worker }: { readonly worker: string }): Promise<void> {
  try {
    await cell.submit({ input: { kind: 'cancelled' }, worker })
  } catch (error) {
    if (!isRefoldError(error, 'NOT_ACTIVE')) throw error
  }
}
