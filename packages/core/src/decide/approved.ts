/** Events that need someone's approval. Whether it answers what is asked now was judged on the state of `expectedRevision`. */
import { RefoldError } from '../errors.js'
import type { DecideContext } from './context.js'
import type { Envelope } from './inputs.js'

/** Why the event is not taken; `undefined`: it needs no approval, or comes with one. */
export function refuseUnapproved(
  { definition }: DecideContext,
  { approved }: Envelope,
  type: string,
): RefoldError | undefined {
  if (!definition.approvals.has(type)) return undefined
  if (approved !== undefined) return undefined
  const hint = `Ask with \`agent.approval('${type}')\`, and send the event with \`{ by, approval }\`.`
  return new RefoldError('APPROVAL_REQUIRED', `"${type}" is taken with an approval only`, {
    hint,
    facts: { event: type },
  })
}
