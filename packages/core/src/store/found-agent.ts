/** Agents of the directory as people are shown them: one that has ended is not running, as its state says too. */
import { fromGiven } from '../coded.js'
import type { Condition } from '../record/record.js'
import type { DirectoryEntry, DirectoryQuery } from './port.js'

/** An agent that was found. */
export interface FoundAgent extends Omit<DirectoryEntry, 'condition'> {
  /** `ended`: nothing is to be done for it any more. Those are found by their `status`. */
  readonly condition: Condition | 'ended'
}

/** The entry, with the condition that the agent's state has. */
export function foundAgent(entry: DirectoryEntry): FoundAgent {
  return fromGiven('foundAgent', () => ({ ...entry, condition: shown(entry) }))
}

/** A stored condition as a state shows it. */
export function shownCondition(of: Pick<DirectoryEntry, 'status' | 'condition'>): FoundAgent['condition'] {
  return fromGiven('shownCondition', () => shown(of))
}

/** What a store's directory is asked, in which an agent that has ended stays `running`. `undefined`: none can fit. */
export function askedOfDirectory<Q extends DirectoryQuery>(query: Q): Q | undefined {
  return fromGiven('askedOfDirectory', () => {
    if (query.condition !== 'running') return query
    return query.status === undefined || query.status === 'active' ? { ...query, status: 'active' } : undefined
  })
}

function shown({ status, condition }: Pick<DirectoryEntry, 'status' | 'condition'>): FoundAgent['condition'] {
  return condition === 'running' && status !== 'active' ? 'ended' : condition
}
