/** How long agents were in each state. */
import { fromGiven } from '../../coded.js'
import { checkOptions } from '../../option-values.js'
import type { AgentDefinition } from '../../definition/agent-types.js'
import { ownMember } from '../../json/own-member.js'
import type { ProjectionDefinition } from '../../public/projection.js'
import type { AgentStatus } from '../../record/record.js'
import { defineProjection } from '../define-projection.js'
import { READY_MADE } from '../require-agents.js'

/** Whose time is counted. */
export interface TimeInStateOptions {
  readonly agents: readonly AgentDefinition[]
  /** Default: `time_in_state`. */
  readonly name?: string
  /** Default: 1. */
  readonly version?: number
}

/** Of one agent, under `<definition>-<id>`. Times are epoch milliseconds. */
export interface TimeInStateDocument {
  readonly definition: string
  readonly id: string
  readonly status: AgentStatus
  /** A fork begins when it was forked. */
  readonly startedAt: number
  /** `null`: it goes on. */
  readonly endedAt: number | null
  /** Paths of the leaf states that it is in; none after its end. */
  readonly active: readonly string[]
  /** Since when it is in these. */
  readonly since: number
  /** By path, milliseconds: of states that it has left, as often as it was there. */
  readonly ms: Readonly<Record<string, number>>
}

const NEW: TimeInStateDocument = {
  definition: '',
  id: '',
  status: 'active',
  startedAt: 0,
  endedAt: null,
  active: [],
  since: 0,
  ms: {},
}

/** A document for each agent: how long it was in each state, and since when it is where it is. */
export function timeInStateProjection(options: TimeInStateOptions): ProjectionDefinition<TimeInStateDocument> {
  return fromGiven('timeInStateProjection', () => made(options))
}

function made(options: TimeInStateOptions): ProjectionDefinition<TimeInStateDocument> {
  checkOptions(options, READY_MADE)
  const { agents, name = 'time_in_state', version = 1 } = options
  return defineProjection({
    name,
    version,
    agents,
    key: ({ agent }) => `${agent.name}-${agent.id}`,
    initial: NEW,
    evolve: (document, { agent, event, changes }) => {
      const { at } = event
      const { status = document.status } = changes
      const hasEnded = status !== 'active' && document.endedAt === null
      const isFirst = event.type === 'refold.started' || event.type === 'refold.forked'
      if (changes.active === undefined && !hasEnded && !isFirst) return document
      const started = isFirst ? { definition: agent.name, id: agent.id, startedAt: at } : undefined
      const ms: Record<string, number> = { ...document.ms }
      for (const path of document.active) ms[path] = (ownMember(ms, path) ?? 0) + at - document.since
      const ended = status === 'active' ? undefined : { active: [], endedAt: document.endedAt ?? at }
      return { ...document, ...started, status, active: changes.active ?? document.active, ...ended, since: at, ms }
    },
  })
}
