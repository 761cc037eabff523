/** What waits for a person: questions that need an approval, effects in doubt, blocked agents. */
import { fromGiven } from '../../coded.js'
import { checkOptions } from '../../option-values.js'
import type { AgentDefinition } from '../../definition/agent-types.js'
import type { ProjectionDefinition, ProjectionRecord } from '../../public/projection.js'
import { defineProjection } from '../define-projection.js'
import { READY_MADE, requireAgents } from '../require-agents.js'
import { askedApprovals } from './asked-approvals.js'
import { forkIn } from './fork-record.js'
import { doubtsFrom, forgottenIn } from './told-doubts.js'
import type { ToldDoubt } from './told-doubts.js'

/** What an inbox is about. */
export interface InboxOptions {
  readonly agents: readonly AgentDefinition[]
  /** Default: `inbox`. */
  readonly name?: string
  /** Raise it when the definitions are others, or ask in other states. Default: 1. */
  readonly version?: number
}

/** An event that a person may approve. What exactly is asked: `agent.approval(event)`. */
export interface InboxApproval {
  readonly event: string
  /** Epoch milliseconds. */
  readonly since: number
}

/** An effect that waits for `agent.resolve`: in doubt, or abandoned, which nothing performs again. */
export interface InboxDoubt extends ToldDoubt {
  /** Epoch milliseconds. */
  readonly since: number
}

/** Of one agent, under `<definition>-<id>`; there is none for an agent that waits for no one. */
export interface InboxDocument {
  readonly definition: string
  readonly id: string
  /** Paths of the active leaf states. */
  readonly active: readonly string[]
  readonly approvals: readonly InboxApproval[]
  readonly inDoubt: readonly InboxDoubt[]
  /** Since when it is blocked, and waits for `retry`, epoch milliseconds; `null`: it is not. */
  readonly blockedSince: number | null
}

const EMPTY: InboxDocument = { definition: '', id: '', active: [], approvals: [], inDoubt: [], blockedSince: null }

/** A document for each agent that waits for a person. It is removed when the agent does not wait any more. */
export function inboxProjection(options: InboxOptions): ProjectionDefinition<InboxDocument> {
  return fromGiven('inboxProjection', () => made(options))
}

function made(options: InboxOptions): ProjectionDefinition<InboxDocument> {
  checkOptions(options, READY_MADE)
  const { agents, name = 'inbox', version = 1 } = options
  requireAgents(agents)
  const asked = askedApprovals(agents)
  return defineProjection({
    name,
    version,
    agents,
    key: ({ agent }) => `${agent.name}-${agent.id}`,
    initial: EMPTY,
    evolve: (document, record) => {
      const next = after(document, record, asked)
      const waits = next.approvals.length > 0 || next.inDoubt.length > 0 || next.blockedSince !== null
      return waits ? next : undefined
    },
  })
}

function after(
  document: InboxDocument,
  record: ProjectionRecord,
  asked: ReturnType<typeof askedApprovals>,
): InboxDocument {
  const { agent, event, changes, version } = record
  const inDoubt = doubtsAfter(document.inDoubt, record)
  const { active = changes.standsIn ?? document.active, condition, status } = changes
  const hasEnded = status !== undefined && status !== 'active'
  const hasMoved = changes.active !== undefined || changes.standsIn !== undefined || hasEnded
  if (inDoubt === document.inDoubt && !hasMoved && condition === undefined) return document
  const types = hasEnded ? [] : asked({ name: agent.name, version, active })
  const since = (type: string): number => document.approvals.find((one) => one.event === type)?.since ?? event.at
  const approvals = hasMoved ? types.map((type) => ({ event: type, since: since(type) })) : document.approvals
  const blocked = condition === 'blocked' ? (document.blockedSince ?? event.at) : null
  const blockedSince = condition === undefined && !hasEnded ? document.blockedSince : blocked
  return { definition: agent.name, id: agent.id, active, approvals, inDoubt, blockedSince }
}

/** A record says itself which effects it brings into doubt, and of which one it is; that none is left, the directory. */
function doubtsAfter(doubts: readonly InboxDoubt[], record: ProjectionRecord): readonly InboxDoubt[] {
  const begun = doubtsFrom(record).map((doubt) => ({ ...doubt, since: record.event.at }))
  if (forkIn(record) !== undefined) return begun
  if (begun.length === 0 && doubts.length === 0) return doubts
  if (record.changes.inDoubt === 0) return []
  const { effect: own } = record.event as { readonly effect?: string }
  const over = new Set([own, ...forgottenIn(record), ...begun.map(({ effect }) => effect)])
  const kept = doubts.filter(({ effect }) => !over.has(effect))
  return begun.length === 0 && kept.length === doubts.length ? doubts : [...kept, ...begun]
}
