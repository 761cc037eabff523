/** What `follow` was given. */
import { internalsOf } from '../definition/define-agent.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { checkMembers, requireOption } from './check-options.js'

/** Throws `INVALID_INPUT`. Whether a cursor is one is found out when it is followed. */
export function checkFollowOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['agents', 'from', 'signal'] })
  const { agents, from, signal } = options
  const isList = agents === undefined || Array.isArray(agents)
  requireOption(isList, { path: 'agents', problem: 'must be a list of definitions' })
  for (const agent of (agents ?? []) as readonly AgentDefinition[]) internalsOf(agent)
  const isSignal = signal === undefined || signal instanceof AbortSignal
  requireOption(isSignal, { path: 'signal', problem: 'must be an AbortSignal' })
  if (from === undefined || typeof from === 'string') return
  checkMembers(from, { path: 'from', known: ['at'] })
  requireOption(Number.isFinite(from['at']), { path: 'from.at', problem: 'must be epoch milliseconds' })
}
