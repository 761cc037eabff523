/** A reader of the file, written from the page `sqlite-format.md` alone: it shares no code with the store. */
import type { OpenFile, Row } from './open-file.js'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface ReadEvent {
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly id: string
  readonly type: string
  readonly data: Json
  readonly metadata: Json
}

/** The events of the whole log. */
export function readEvents(file: OpenFile): readonly ReadEvent[] {
  const prefixes = textsOf(file, 'id_prefix')
  const shapes = textsOf(file, 'shape')
  const names = new Map(file.rows('SELECT id, name FROM stream').map(({ id, name }) => [id, String(name)]))
  const firstIds = new Map<unknown, string>()
  return file.rows('SELECT * FROM log ORDER BY position').map((row) => {
    const id = idOf(row, prefixes)
    if (row['revision'] === 0) firstIds.set(row['stream'], id)
    return {
      stream: names.get(row['stream']) ?? '',
      revision: Number(row['revision']),
      position: Number(row['position']),
      id,
      ...contentOf(row, { id, firstId: firstIds.get(row['stream']) ?? '', shape: shapes.get(row['shape']) }),
    }
  })
}

/** The directory entries, by stream. */
export function readDirectory(file: OpenFile): ReadonlyMap<string, object> {
  const owners = textsOf(file, 'owner')
  const sets = textsOf(file, 'active_set')
  const agents = file.rows('SELECT * FROM stream WHERE version IS NOT NULL ORDER BY id')
  return new Map(
    agents.map((row) => {
      const name = String(row['name'])
      const hyphen = name.indexOf('-')
      const [, , ...active] = JSON.parse(sets.get(row['active']) ?? '[]') as string[]
      return [
        name,
        {
          stream: name,
          definition: name.slice(0, hyphen),
          version: row['version'],
          id: name.slice(hyphen + 1),
          status: ['active', 'done', 'error', 'stopped'][Number(row['status'])],
          condition: ['running', 'paused', 'blocked', 'in-doubt', 'suspected'][Number(row['condition'])],
          active,
          ...(row['owner'] !== null && { owner: owners.get(row['owner']) }),
          epoch: row['epoch'],
          pending: row['pending'],
          inDoubt: row['in_doubt'],
          ...(row['next_due'] !== null && { nextDueAt: row['next_due'] }),
        },
      ]
    }),
  )
}

function textsOf(file: OpenFile, table: string): ReadonlyMap<unknown, string> {
  return new Map(file.rows(`SELECT id, text FROM ${table}`).map(({ id, text }) => [id, String(text)]))
}

function idOf({ prefix, event }: Row, prefixes: ReadonlyMap<unknown, string>): string {
  if (prefix !== null) return `${prefixes.get(prefix)}${Number(event).toString(16).padStart(12, '0')}`
  if (!(event instanceof Uint8Array)) return String(event)
  const hex = [...event].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

interface Place {
  readonly id: string
  readonly firstId: string
  readonly shape: string | undefined
}

function contentOf(row: Row, place: Place): Pick<ReadEvent, 'type' | 'data' | 'metadata'> {
  const values = JSON.parse(`[${String(row['vals'])}]`) as Json[]
  if (place.shape === undefined) {
    const [type, metadata] = values as [string, Json]
    return { type, metadata, data: JSON.parse(String(row['data'])) as Json }
  }
  const fill = filler(row, { ...place, values })
  const [type, metadata, data] = (JSON.parse(place.shape) as Json[]).map(fill) as [string, Json, Json]
  return { type, metadata, data }
}

interface Filling {
  readonly revision: number
  readonly next: () => Json
}

/** The characters that are filled in a `%` template. */
const HOLES = new Map<string, (filling: Filling) => string | number>([
  ['\u0001', ({ revision }) => revision],
  ['\u0002', ({ next }) => next() as string],
  ['\u0003', ({ next }) => next() as number],
  ['\u0004', ({ revision, next }) => revision - Number(next())],
  ['\u0005', ({ revision }) => revision - 1],
])

/** Fills templates, one after the other. */
function filler(row: Row, { id, firstId, values }: Place & { readonly values: readonly Json[] }) {
  const rest = [...values]
  const next = (): Json => rest.shift() ?? null
  const at = Number(row['at'])
  const revision = Number(row['revision'])
  const fillText = (text: string): string =>
    Array.from(text, (char) => String(HOLES.get(char)?.({ revision, next }) ?? char)).join('')
  const fill = (template: Json): Json => {
    if (template === 0) return next()
    if (template === 1) return JSON.parse(String(row['data'])) as Json
    if (Array.isArray(template)) return template.map(fill)
    if (typeof template !== 'string')
      return Object.fromEntries(Object.entries(template as object).map(([key, inner]) => [key, fill(inner as Json)]))
    const text = template.slice(1)
    const kinds: Readonly<Record<string, () => Json>> = {
      '=': () => text,
      '#': () => JSON.parse(text) as Json,
      '@': () => `${revision}.${text}`,
      '%': () => fillText(text),
      '^': () => firstId,
      '&': () => id,
      '~': () => id.slice(0, 24) + (Number.parseInt(id.slice(24), 16) - Number(next())).toString(16).padStart(12, '0'),
      t: () => at,
      '+': () => at + Number(next()),
    }
    const kind = kinds[template.charAt(0)]
    if (kind === undefined) throw new Error(`the page does not know the template ${template}`)
    return kind()
  }
  return fill
}
