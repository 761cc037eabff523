/** Agents whose charts here have no place for what they hold. */
import { RefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import { incompatibilitiesOf, incompatibilityCode, isCompatible } from '../../step/compatibility.js'
import type { Incompatibility } from '../../step/compatibility.js'
import type { AgentCell } from './agent-cell.js'

/** An agent that today's chart cannot receive is not claimed. Throws `NEEDS_MIGRATION` with what has no place. */
export function requireCompatible(cell: AgentCell, state: StateDocument): void {
  const missing = incompatibilitiesOf(cell.definition, state)
  if (missing.length > 0) throw incompatible(cell, missing)
}

/** Whether another chart has brought the agent where the one of this cell has no place for it. */
export function isBeyond({ definition }: Pick<AgentCell, 'definition'>, state: StateDocument): boolean {
  if (state.agent.fingerprint === definition.fingerprint || state.root.status !== undefined) return false
  return definition.isUnregistered !== true && !isCompatible(definition, state)
}

/** `NEEDS_MIGRATION` with what has no place. */
export function incompatible(
  { definition, stream }: Pick<AgentCell, 'definition' | 'stream'>,
  missing: readonly Incompatibility[],
): RefoldError {
  const message = `today's chart of ${definition.name} has no place for what ${stream} holds`
  return new RefoldError(incompatibilityCode(missing), message, {
    hint: 'Register the version that the agent was started with, or migrate the agent.',
    facts: { missing },
  })
}
