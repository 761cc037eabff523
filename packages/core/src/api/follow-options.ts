/** What `follow` was given. */
import { internalsOf } from '../definition/define-agent.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { checkMembers, requireOption } from '../check-members.js'
import { isWithin } from './check-options.js'

/** Throws `INVALID_INPUT`. Whether a cursor is one is found out when it is followed. */
export function checkFollowOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['agents', 'from', 'hideSecrets', 'signal', 'stalledAfterMs'] })
  const { agents, from, hideSecrets = false, signal, stalledAfterMs = 1 } = options
  checkDefinitions(agents)
  const isSignal = signal === undefined || signal instanceof AbortSignal
  requireOption(isSignal, { path: 'signal', problem: 'must be an AbortSignal' })
  requireOption(typeof hideSecrets === 'boolean', { path: 'hideSecrets', problem: 'must be true or false' })
  const isTime = isWithin(stalledAfterMs, { from: 1, to: Number.POSITIVE_INFINITY })
  requireOption(isTime, { path: 'stalledAfterMs', problem: 'must be a number of milliseconds, 1 or more' })
  checkFrom(from)
}

/** Throws `INVALID_INPUT`. */
export function checkLagOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['agents'] })
  checkDefinitions(options['agents'])
}

/** Throws `INVALID_INPUT`, and `INVALID_DEFINITION` for what `defineAgent` did not make. */
function checkDefinitions(agents: unknown): void {
  const isList = agents === undefined || Array.isArray(agents)
  requireOption(isList, { path: 'agents', problem: 'must be a list of definitions' })
  for (const agent of (agents ?? []) as readonly AgentDefinition[]) internalsOf(agent)
}

/** Where to begin. Throws `INVALID_INPUT`. */
export function checkFrom(from: unknown): void {
  if (from === undefined || typeof from === 'string') return
  checkMembers(from, { path: 'from', known: ['at'] })
  requireOption(Number.isFinite(from['at']), { path: 'from.at', problem: 'must be epoch milliseconds' })
}
