/** Agents in sentences. */
import { counted } from '@refold/core/store'

/** Agents that are named. */
const NAMED = 3

/** `120 agents (order-1, order-2, order-3, …)` */
export function agentsNamed({
  agents,
  streams,
}: {
  readonly agents: number
  readonly streams: readonly string[]
}): string {
  const names = streams.slice(0, NAMED).join(', ')
  return `${counted(agents, 'agent')} (${names}${agents > NAMED ? ', …' : ''})`
}
