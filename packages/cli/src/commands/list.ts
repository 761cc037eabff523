/** `refold ls`: the agents of a store, from its directory. */
import type { AgentStatus, DirectoryEntry, DirectoryQuery } from '@refold/core'
import { printable, RefoldError } from '@refold/core'
import { nameOf } from '../up/fleet-events.js'
import { withProject } from './project.js'
import type { ProjectOptions } from './project.js'

export interface ListOptions extends ProjectOptions {
  readonly status?: string
  readonly state?: string
  readonly limit?: number
  readonly json: boolean
}

const STATUSES: readonly AgentStatus[] = ['active', 'done', 'error', 'stopped']
const COLUMNS = ['AGENT', 'STATUS', 'CONDITION', 'STATE', 'OWNER', 'DUE'] as const

/** The text to print: tab-separated rows, or a JSON array. */
export async function list(definition: string | undefined, options: ListOptions): Promise<string> {
  const query: DirectoryQuery = {
    ...(definition === undefined ? undefined : { definition }),
    ...(options.status === undefined ? undefined : { status: statusOf(options.status) }),
    ...(options.state === undefined ? undefined : { state: options.state }),
    ...(options.limit === undefined ? undefined : { limit: options.limit }),
  }
  return withProject(options, async ({ store }) => {
    const entries: DirectoryEntry[] = []
    for await (const page of store.directory.find(query)) entries.push(...page)
    if (options.json) return JSON.stringify(entries)
    return [COLUMNS, ...entries.map(cells)].map((row) => row.map(printable).join('\t')).join('\n')
  })
}

function statusOf(status: string): AgentStatus {
  const known = STATUSES.find((one) => one === status)
  if (known !== undefined) return known
  throw new RefoldError('INVALID_INPUT', `--status ${status} is none`, { hint: `One of: ${STATUSES.join(', ')}.` })
}

function cells({ stream, status, condition, active, owner, nextDueAt }: DirectoryEntry): readonly string[] {
  const due = nextDueAt === undefined ? '' : new Date(nextDueAt).toISOString()
  // Of an agent that has ended, running says nothing.
  const shown = condition === 'running' && status !== 'active' ? '' : condition
  return [stream, status, shown, active.join(' '), owner === undefined ? '' : nameOf(owner), due]
}
