/** What `follow` was given. */
import { internalsOf } from '../definition/define-agent.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { checkOptions, optionRule } from '../option-values.js'

const { any, definitions, flag, ms, signal, time } = optionRule

/** Throws `INVALID_INPUT`. Whether a cursor is one is found out when it is followed. */
export function checkFollowOptions(options: unknown): void {
  const rules = { agents: definitions, from: any, hideSecrets: flag, signal, stalledAfterMs: ms(1, Infinity) }
  const { agents, from } = checkOptions(options, rules)
  checkDefinitions(agents)
  checkFrom(from)
}

/** Throws `INVALID_INPUT`. */
export function checkLagOptions(options: unknown): void {
  checkDefinitions(checkOptions(options, { agents: definitions })['agents'])
}

/** Throws `INVALID_DEFINITION` for what `defineAgent` did not make. */
function checkDefinitions(agents: unknown): void {
  for (const agent of (agents ?? []) as readonly AgentDefinition[]) internalsOf(agent)
}

/** Where to begin. Throws `INVALID_INPUT`. */
export function checkFrom(from: unknown): void {
  if (from === undefined || typeof from === 'string') return
  checkOptions(from, { at: { ...time, isRequired: true } }, 'from')
}
