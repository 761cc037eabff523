/** `refold ls`: the agents of a store, from its directory. Nothing of the project's own code is needed. */
import type { AgentStatus, Condition, DirectoryEntry, DirectoryQuery, Store } from '@refold/core'
import { RefoldError } from '@refold/core'
import { tableOf } from '../table.js'
import { nameOf } from '../up/fleet-events.js'
import { withStore } from './project.js'
import type { ProjectOptions } from './project.js'

export interface ListOptions extends ProjectOptions {
  readonly status?: string
  readonly condition?: string
  readonly state?: string
  readonly version?: number
  /** Id of a worker; `none`: of no one. */
  readonly owner?: string
  readonly inDoubt?: boolean
  /** With a timer or a deadline that is past. */
  readonly overdue?: boolean
  readonly limit?: number
  /** Only their names. */
  readonly quiet?: boolean
  readonly json: boolean
}

const STATUSES: readonly AgentStatus[] = ['active', 'done', 'error', 'stopped']
const CONDITIONS: readonly Condition[] = ['running', 'paused', 'blocked', 'in-doubt', 'suspected']
const COLUMNS = ['AGENT', 'VERSION', 'STATUS', 'CONDITION', 'STATE', 'OWNER', 'DUE'] as const
/** Rows that a terminal is shown when no one says how many. */
const SHOWN = 100

/** What to print, and what to say beside it. */
export interface Listed {
  readonly text: string
  readonly note?: string
}

/** Rows, names, or a JSON array. */
export async function list(definition: string | undefined, options: ListOptions): Promise<Listed> {
  const isShort = process.stdout.isTTY && !options.json && options.limit === undefined
  const limit = isShort ? SHOWN : options.limit
  const query = queryOf(definition, options)
  return withStore(options, async ({ store }) => {
    const { entries, isMore } = await found(store, { query, limit, fits: fitsOf(options) })
    const note =
      isMore && isShort ? { note: `the first ${SHOWN}; --limit <count> shows more, filters narrow them` } : {}
    if (options.json) return { text: JSON.stringify(entries) }
    if (options.quiet === true) return { text: entries.map(({ stream }) => stream).join('\n'), ...note }
    return { text: tableOf(COLUMNS, entries.map(cells)), ...note }
  })
}

function queryOf(definition: string | undefined, options: ListOptions): DirectoryQuery {
  const { status, condition, state, version, owner, overdue } = options
  return {
    ...(definition === undefined ? undefined : { definition }),
    ...(status === undefined ? undefined : { status: oneOf(STATUSES, status, '--status') }),
    ...(condition === undefined ? undefined : { condition: oneOf(CONDITIONS, condition, '--condition') }),
    ...(state === undefined ? undefined : { state }),
    ...(version === undefined ? undefined : { version }),
    ...(owner === undefined ? undefined : { owner: owner === 'none' ? null : owner }),
    ...(overdue === true ? { dueBefore: Date.now() } : undefined),
  }
}

function fitsOf({ inDoubt }: ListOptions): (entry: DirectoryEntry) => boolean {
  return inDoubt === true ? (entry) => entry.inDoubt > 0 : () => true
}

interface Search {
  readonly query: DirectoryQuery
  readonly limit: number | undefined
  readonly fits: (entry: DirectoryEntry) => boolean
}

async function found(
  store: Store,
  { query, limit = Infinity, fits }: Search,
): Promise<{ readonly entries: readonly DirectoryEntry[]; readonly isMore: boolean }> {
  const entries: DirectoryEntry[] = []
  for await (const page of store.directory.find(query))
    for (const entry of page) {
      if (!fits(entry)) continue
      if (entries.length >= limit) return { entries, isMore: true }
      entries.push(entry)
    }
  return { entries, isMore: false }
}

function oneOf<T extends string>(known: readonly T[], given: string, option: string): T {
  const found = known.find((one) => one === given)
  if (found !== undefined) return found
  throw new RefoldError('INVALID_INPUT', `${option} ${given} is none`, { hint: `One of: ${known.join(', ')}.` })
}

function cells({ stream, version, status, condition, active, owner, nextDueAt }: DirectoryEntry): readonly string[] {
  const due = nextDueAt === undefined ? '' : new Date(nextDueAt).toISOString()
  return [
    stream,
    String(version),
    status,
    shownCondition(status, condition),
    active.join(' '),
    owner === undefined ? '' : nameOf(owner),
    due,
  ]
}

/** Of an agent that has ended, running says nothing. */
function shownCondition(status: AgentStatus, condition: Condition): string {
  return condition === 'running' && status !== 'active' ? '' : condition
}
