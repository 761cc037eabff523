/** `refold ls`: the agents of a store, from its directory. Nothing of the project's own code is needed. */
import type { AgentStatus, Condition, DirectoryEntry, DirectoryQuery, Store } from '@refold/core/store'
import { RefoldError } from '@refold/core/store'
import type { Found } from '../output.js'
import { tableOf } from '../table.js'
import { nameOf } from '../up/fleet-events.js'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

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

/** Rows, names, or a JSON array. */
export async function list(definition: string | undefined, options: ListOptions): Promise<Found> {
  const isShort = process.stdout.isTTY && !options.json && options.limit === undefined
  const limit = isShort ? SHOWN : options.limit
  const query = queryOf(definition, options)
  return withStore(options, async ({ store }) => {
    const search = { query, limit, fits: fitsOf(options) }
    if (options.json) {
      const { shown } = await found(store, { ...search, show: (entry) => JSON.stringify(entry) })
      return { text: `[${shown.join(',')}]` }
    }
    const isQuiet = options.quiet === true
    const { shown, isMore } = await found(store, { ...search, show: isQuiet ? ({ stream }) => [stream] : cells })
    const text = isQuiet ? shown.join('\n') : tableOf(COLUMNS, shown)
    return isMore && isShort
      ? { text, note: `the first ${SHOWN}; --limit <count> shows more, filters narrow them` }
      : { text }
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

interface Search<T> {
  readonly query: DirectoryQuery
  readonly limit: number | undefined
  readonly fits: (entry: DirectoryEntry) => boolean
  /** What is kept of an entry. */
  readonly show: (entry: DirectoryEntry) => T
}

async function found<T>(
  store: Store,
  { query, limit = Infinity, fits, show }: Search<T>,
): Promise<{ readonly shown: readonly T[]; readonly isMore: boolean }> {
  const shown: T[] = []
  for await (const page of store.directory.find(query))
    for (const entry of page) {
      if (!fits(entry)) continue
      if (shown.length >= limit) return { shown, isMore: true }
      shown.push(show(entry))
    }
  return { shown, isMore: false }
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
