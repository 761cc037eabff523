/** `refold ls`: the agents of a store, from its directory. Nothing of the project's own code is needed. */
import type { AgentStatus, Condition, DirectoryEntry, DirectoryQuery, FoundAgent, Store } from '@refold/core/store'
import { askedOfDirectory, foundAgent, RefoldError } from '@refold/core/store'
import { printPart } from '../output.js'
import type { Found } from '../output.js'
import { linesOf, tableOf } from '../table.js'
import { nameOf } from '@refold/inspector/fleet'
import { timeText } from './reading/shown.js'
import { assertDefinition } from './definition-argument.js'
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
  /** Conditions on their states, as `refold find` takes them: all of them hold. */
  readonly where?: readonly string[]
  readonly limit?: number
  /** Only their names. */
  readonly quiet?: boolean
  readonly json: boolean
}

const STATUSES: readonly AgentStatus[] = ['active', 'done', 'error', 'stopped']
const CONDITIONS: readonly Condition[] = ['running', 'paused', 'blocked', 'in-doubt', 'suspected']
const COLUMNS = ['AGENT', 'VERSION', 'STATUS', 'CONDITION', 'STATE', 'OWNER', 'DUE'] as const
const READ_AT_ONCE = 32
/** Rows that a terminal is shown when no one says how many. */
const SHOWN = 100

/** Rows, names, or a JSON array. Rejects with `NOT_FOUND` for a definition that no agent has. */
export async function list(definition: string | undefined, options: ListOptions): Promise<Found> {
  const isShort = process.stdout.isTTY && !options.json && options.limit === undefined
  const limit = isShort ? SHOWN : options.limit
  const query = queryOf(definition, options)
  const where = options.where && new (await import('./where-filter.js')).WhereFilter(options.where)
  return withStore({ ...options, readOnly: true }, async (opened) => {
    const fits = fitsOf(options, where && ((entry) => where.fits(entry, opened)))
    const sheet = sheetOf(options)
    const { count, isMore } = await found(opened.store, { query, limit, fits, add: sheet.add })
    if (count === 0 && definition !== undefined) await assertDefinition(opened.store, definition)
    const cut = isMore && isShort ? `the first ${SHOWN}; --limit <count> shows more, filters narrow them` : undefined
    const notes = [where?.note, cut].filter((note) => note !== undefined)
    return { text: sheet.end(), ...(notes.length === 0 ? undefined : { note: notes.join('\n') }) }
  })
}

/** `undefined`: every one does. A hundred thousand are looked through without a turn of the event loop for each. */
function fitsOf({ inDoubt = false }: ListOptions, where: Fits | undefined): Fits | undefined {
  if (!inDoubt) return where
  return (entry) => entry.inDoubt > 0 && (where === undefined || where(entry))
}

type Row = readonly string[]
type Fits = (entry: DirectoryEntry) => boolean | Promise<boolean>

/** Takes the agents as they are found, and at last gives what is still to be printed. */
interface Sheet {
  readonly add: (entries: readonly FoundAgent[]) => Promise<void>
  readonly end: () => string
}

/** A table for a terminal is made of all rows; anything else is printed as it comes and is read, so that a long list is never held. */
function sheetOf({ json, quiet = false }: ListOptions): Sheet {
  if (json) return printed({ head: '[', line: (entry) => JSON.stringify(entry), joint: ',', end: ']' })
  if (quiet) return printed({ line: ({ stream }) => stream })
  if (!process.stdout.isTTY)
    return printed({ head: `${linesOf([COLUMNS])}\n`, line: (entry) => linesOf([cells(entry)]) })
  const rows: Row[] = []
  return { add: async (entries) => void rows.push(...entries.map(cells)), end: () => tableOf(COLUMNS, rows) }
}

interface Printing {
  /** Before the first entry. */
  readonly head?: string
  readonly line: (entry: FoundAgent) => string
  /** Between two entries, beside a line end. */
  readonly joint?: string
  /** Behind the last. */
  readonly end?: string
}

function printed({ head = '', line, joint = '', end = '' }: Printing): Sheet {
  let before = head
  return {
    add: (entries) => {
      const text = before + entries.map(line).join(`${joint}\n`)
      before = joint
      return printPart(text)
    },
    end: () => (before === head ? head.trimEnd() + end : end),
  }
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

interface Search {
  readonly query: DirectoryQuery
  readonly limit: number | undefined
  readonly fits: Fits | undefined
  readonly add: Sheet['add']
}

async function found(
  store: Store,
  { query, limit = Infinity, fits, add }: Search,
): Promise<{ readonly count: number; readonly isMore: boolean }> {
  let count = 0
  const asked = askedOfDirectory(query)
  if (asked === undefined) return { count, isMore: false }
  for await (const page of store.directory.find(asked)) {
    const shown: FoundAgent[] = []
    let isMore = false
    for await (const entry of fits === undefined ? page : fitting(page, fits)) {
      isMore = count + shown.length >= limit
      if (isMore) break
      shown.push(foundAgent(entry))
    }
    if (shown.length > 0) await add(shown)
    count += shown.length
    if (isMore) return { count, isMore }
  }
  return { count, isMore: false }
}

/** In their order; several are read at once, so that a server far away is not waited for once for each. */
async function* fitting(page: readonly DirectoryEntry[], fits: Fits): AsyncGenerator<DirectoryEntry, void, undefined> {
  for (let at = 0; at < page.length; at += READ_AT_ONCE) {
    const some = page.slice(at, at + READ_AT_ONCE)
    const fit = await Promise.all(some.map(async (entry) => fits(entry)))
    yield* some.filter((_, nth) => fit[nth] === true)
  }
}

function oneOf<T extends string>(known: readonly T[], given: string, option: string): T {
  const found = known.find((one) => one === given)
  if (found !== undefined) return found
  throw new RefoldError('INVALID_INPUT', `${option} ${given} is none`, { hint: `One of: ${known.join(', ')}.` })
}

function cells({ stream, version, status, condition, active, owner, nextDueAt }: FoundAgent): readonly string[] {
  const due = nextDueAt === undefined ? '' : timeText(nextDueAt)
  return [
    stream,
    String(version),
    status,
    condition === 'ended' ? '' : condition, // its status says so
    active.join(' '),
    owner === undefined ? '' : nameOf(owner),
    due,
  ]
}
