/** Events that need someone's approval. Whether it answers what is asked now was judged on the state of `expectedRevision`. */
import { RefoldError } from '../errors.js'
import type { DecideContext } from './context.js'
import type { Envelope } from './inputs.js'

/** Why the event is not taken; `undefined`: it needs no approval, or comes with one and can be decided now. */
export function refuseUnapproved(
  { definition, state }: DecideContext,
  { approved }: Envelope,
  type: string,
): RefoldError | undefined {
  if (!definition.approvals.has(type)) return undefined
  if (approved === undefined) {
    const hint = `Ask with \`agent.approval('${type}')\`, and send the event with \`{ by, approval }\`.`
    return new RefoldError('APPROVAL_REQUIRED', `"${type}" is taken with an approval only`, {
      hint,
      facts: { event: type },
    })
  }
  // In line, it would be decided on a state that no one has approved.
  const waits = state?.agent.blocked !== undefined || state?.agent.waiting !== undefined
  if (!waits) return undefined
  return new RefoldError('BLOCKED', `an approval cannot wait for a blocked agent`, {
    hint: 'Repair the cause, `retry` the agent, and ask again.',
    facts: { blocked: state?.agent.blocked },
  })
}
