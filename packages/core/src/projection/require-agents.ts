import { requireOption } from '../check-members.js'

/** Definitions that a projection is about. Throws `INVALID_INPUT` for none. */
export function requireAgents(agents: unknown): void {
  const isList = Array.isArray(agents) && agents.length > 0
  requireOption(isList, { path: 'agents', problem: 'must be a list of definitions, with one at least' })
}
