/** The refusal of an agent that no record tells of. */
import { RefoldError } from '../../errors.js'

export function notFound(stream: string): RefoldError {
  return new RefoldError('NOT_FOUND', `there is no agent ${stream}`, {
    facts: { stream },
    hint: 'Start it with `refold.start`.',
  })
}
