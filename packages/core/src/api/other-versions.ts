/** Agents that are at another version than the one asked for. */
import { pendingOf } from '../decide/summary.js'
import { RefoldError } from '../errors.js'
import type { StateDocument } from '../record/state-document.js'
import type { FailureDetector } from '../runtime/liveness/failure-detector.js'

/** Bodies that run under the old version would not know of the new one. */
export async function refuseWhilePerformed(
  stream: string,
  { state, owners, worker }: { state: StateDocument; owners: FailureDetector; worker: string },
): Promise<void> {
  const { owner, paused, blocked } = state.agent
  if (owner === undefined || paused !== undefined || blocked !== undefined || pendingOf(state) === 0) return
  if (owner !== worker && (await owners.look(owner)) !== 'alive') return
  throw new RefoldError('OWNER_MAY_LIVE', `worker ${owner} performs effects of ${stream}`, {
    hint: 'Pause the agent, or stop the workers of the old version, and migrate again.',
    facts: { owner },
  })
}

/** A handle of another version would type, and check, events that the agent's own chart does not have. */
export function wrongVersion(stream: string, { version, asked }: { version: number; asked: number }): RefoldError {
  return new RefoldError('WRONG_VERSION', `${stream} is at version ${version}, and version ${asked} was asked for`, {
    hint: `Attach to it with version ${version} of its definition, or \`migrate\` it to version ${asked}.`,
    facts: { version, asked },
  })
}
