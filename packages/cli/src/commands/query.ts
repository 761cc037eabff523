/** `refold query`: the documents of projections, as a store keeps them. Nothing of the project's own code is needed. */
import { isRefoldError, RefoldError } from '@refold/core'
import { nearestName } from '@refold/core/history'
import type { ProjectionBuild, Projections, QueryAnswer } from '@refold/core/store'
import { tableOf } from '../table.js'
import type { Found } from '../output.js'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

export interface QueryOptions extends ProjectOptions {
  readonly json: boolean
}

const COLUMNS = ['PROJECTION', 'VERSION', 'STATE', 'RECORDS', 'UP TO', 'PARKED'] as const
/** Rows of documents that a terminal is shown when no one asks for more. */
const SHOWN = 100

/** Rows, or a JSON array. Without a question, the projections that there are. */
export async function query(question: string | undefined, options: QueryOptions): Promise<Found> {
  return withStore({ ...options, readOnly: true }, async ({ store }) => {
    const { projections } = store
    if (projections === undefined)
      throw new RefoldError('INVALID_INPUT', 'this store keeps no documents of projections', {
        hint: 'Name the file that they are kept in with --store.',
      })
    const builds = await projections.builds()
    if (question === undefined) return listed(builds, options)
    const isName = builds.some(({ projection }) => projection === question)
    if (!isName && isWord(question)) throw noProjection(question, builds)
    return isName ? documentsOf(question, { projections, options }) : asked(question, { projections, options, builds })
  })
}

/** A name, and no question of SQL, which has more than one word. */
function isWord(question: string): boolean {
  return /^\w+$/.test(question)
}

function noProjection(name: string, builds: readonly ProjectionBuild[]): RefoldError {
  const near = nearestName(
    name.replace(/^projection_/, ''),
    builds.map(({ projection }) => projection),
  )
  const meant = near === undefined ? '' : `Did you mean '${near}'? `
  return new RefoldError('INVALID_INPUT', `the question cannot be answered: there is no projection "${name}"`, {
    hint: `${meant}${whatThereIs(builds)}`,
  })
}

function whatThereIs(builds: readonly ProjectionBuild[]): string {
  const views = builds.filter(({ state }) => state === 'current').map(({ projection }) => `projection_${projection}`)
  return views.length === 0 ? 'There is no projection in this file.' : `There is: ${views.join(', ')}.`
}

/** What a build remembers of itself. */
interface Notes {
  readonly records?: number
  readonly parked?: {
    readonly agent: { readonly name: string; readonly id: string }
    readonly revision?: number
    readonly error: { readonly message: string }
  }
}

function listed(builds: readonly ProjectionBuild[], { json }: QueryOptions): Found {
  if (json) return { text: JSON.stringify(builds.map(({ about, ...build }) => ({ ...build, ...Object(about) }))) }
  return { text: tableOf(COLUMNS, builds.map(cells)) }
}

function cells({ projection, version, state, checkpoint, about }: ProjectionBuild): readonly string[] {
  const { records = 0, parked } = Object(about) as Notes
  const [, revision, , stream] = checkpoint?.split('/') ?? []
  const at = parked && `${parked.agent.name}-${parked.agent.id}@${parked.revision ?? '?'}: ${parked.error.message}`
  return [
    projection,
    String(version),
    state,
    String(records),
    stream === undefined ? '' : `${stream}@${revision}`,
    at ?? '',
  ]
}

interface Asked {
  readonly projections: Projections
  readonly options: QueryOptions
}

async function documentsOf(name: string, { projections, options: { json } }: Asked): Promise<Found> {
  const isShort = process.stdout.isTTY && !json
  const limit = isShort ? ` LIMIT ${SHOWN + 1}` : ''
  const { columns, rows } = await answerTo(`SELECT * FROM projection_${name} ORDER BY key${limit}`, projections)
  const others = columns.length > 2 && !json // members are shown by themselves
  const kept = columns.map((column) => !others || column !== 'document')
  const answer = {
    columns: columns.filter((_, at) => kept[at]),
    rows: rows.map((row) => row.filter((_, at) => kept[at])),
  }
  const isMore = isShort && rows.length > SHOWN
  const text = textOf({ ...answer, rows: isMore ? answer.rows.slice(0, SHOWN) : answer.rows }, json)
  return isMore ? { text, note: `the first ${SHOWN}; a question in SQL narrows them` } : { text }
}

async function asked(
  question: string,
  { projections, options, builds }: Asked & { readonly builds: readonly ProjectionBuild[] },
): Promise<Found> {
  try {
    return { text: textOf(await answerTo(question, projections), options.json) }
  } catch (error) {
    if (!isRefoldError(error, 'INVALID_INPUT')) throw error
    throw new RefoldError('INVALID_INPUT', error.message, { cause: error, hint: whatThereIs(builds) })
  }
}

async function answerTo(question: string, projections: Projections): Promise<QueryAnswer> {
  const answer = await projections.query?.(question)
  if (answer !== undefined) return answer
  throw new RefoldError('INVALID_INPUT', 'this store answers no questions in SQL')
}

function textOf({ columns, rows }: QueryAnswer, isJson: boolean): string {
  if (!isJson)
    return tableOf(
      columns.map((column) => column.toUpperCase()),
      rows.map((row) => row.map((value) => String(value ?? ''))),
    )
  return JSON.stringify(rows.map((row) => Object.fromEntries(row.map((value, at) => member(columns[at] ?? '', value)))))
}

/** A document is JSON: it is given as that. */
function member(column: string, value: string | number | null): readonly [string, unknown] {
  return [column, column === 'document' && typeof value === 'string' ? (JSON.parse(value) as unknown) : value]
}
