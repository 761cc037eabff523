import { requireOption } from '../check-members.js'
import { optionRule } from '../option-values.js'

/** What a ready-made projection is given; `defineProjection` looks at it. */
export const READY_MADE = { agents: optionRule.any, name: optionRule.any, version: optionRule.any }

/** Definitions that a projection is about. Throws `INVALID_INPUT` for none. */
export function requireAgents(agents: unknown): void {
  const isList = Array.isArray(agents) && agents.length > 0
  requireOption(isList, { path: 'agents', problem: 'must be a list of definitions, with one at least' })
}
