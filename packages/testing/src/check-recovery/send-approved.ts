/** Sends as a caller would; an event that needs an approval is approved on the spot. */
import type { AnyAgent, ApprovalRequest, RefoldErrorCode } from '@refold/core'
import { isRefoldError } from '@refold/core'

export async function sendApproved(agent: AnyAgent, event: { readonly type: string }, id: string): Promise<void> {
  try {
    await agent.send(event, { id })
  } catch (error) {
    if (!isRefoldError(error, 'APPROVAL_REQUIRED')) throw error
    await agent.send(event, { id, by: 'checkRecovery', approval: await questionFor(agent, event) })
  }
}

/** What a definition says that has no question but one of several. */
const NO_QUESTION: readonly RefoldErrorCode[] = ['EVENT_NOT_ACCEPTED', 'EVENT_REFUSED', 'NOT_SERIALIZABLE']

/** The question of this event, or, where none can be put so, the one about what the event says. */
async function questionFor(agent: AnyAgent, { type, ...about }: { readonly type: string }): Promise<ApprovalRequest> {
  try {
    return await agent.approval(type)
  } catch (error) {
    const isAbout = Object.keys(about).length > 0 && NO_QUESTION.some((code) => isRefoldError(error, code))
    if (!isAbout) throw error
    return agent.approval(type, { about })
  }
}
