/** A JSON value as the lines of a tree, of which only those are made that are unfolded. */
import type { JsonValue } from '@refold/core/record'
import type { Cut } from '../../contract/agent.js'
import type { LoadedValues } from './cut-values.js'

/** A value with a name of its own at the top of a tree. */
export interface Section {
  readonly label: string
  /** JSON pointer. */
  readonly path: string
  readonly value: JsonValue
}

export interface JsonRow {
  readonly path: string
  readonly depth: number
  readonly label: string
  readonly value: JsonValue
  /** Members, items or characters; of what cannot be unfolded `undefined`. */
  readonly size: number | undefined
  readonly isOpen: boolean
  /** It was cut and is not loaded yet. */
  readonly cut: Cut['$cut'] | undefined
  /** It stands for what is not loaded of the value at this path. */
  readonly more?: string
  readonly isChanged: boolean
  /** Something within. */
  readonly holdsChange: boolean
}

export interface RowsOptions {
  readonly open: ReadonlySet<string>
  readonly changed: readonly string[]
  readonly loaded: LoadedValues
  /** Lines at most. */
  readonly limit?: number
}

export function jsonRows(sections: readonly Section[], options: RowsOptions): readonly JsonRow[] {
  const rows: JsonRow[] = []
  for (const { label, path, value } of sections) add(rows, { label, path, value, depth: 0 }, options)
  return rows
}

interface Place extends Section {
  readonly depth: number
}

function add(rows: JsonRow[], place: Place, options: RowsOptions): void {
  const { open, changed, loaded, limit = 20_000 } = options
  if (rows.length >= limit) return
  const { path } = place
  const cut = cutIn(place.value)
  const known = cut === undefined ? { value: place.value, missing: 0 } : loaded.get(cut.path)
  const members = known === undefined ? undefined : membersOf(known.value)
  const isOpen = open.has(path) && (members !== undefined || cut !== undefined)
  rows.push({
    ...place,
    value: known?.value ?? place.value,
    size: cut?.size ?? members?.length,
    isOpen,
    cut: known === undefined ? cut : undefined,
    isChanged: changed.some((one) => one === path || path.startsWith(`${one}/`)),
    holdsChange: changed.some((one) => one.startsWith(`${path}/`)),
  })
  if (!isOpen || members === undefined || known === undefined) return
  for (const [label, member] of members)
    add(rows, { label, path: `${path}/${escaped(label)}`, value: member, depth: place.depth + 1 }, options)
  if (known.missing > 0 && cut !== undefined) rows.push(moreOf(place, { cut: cut.path, missing: known.missing }))
}

function moreOf(place: Place, { cut, missing }: { readonly cut: string; readonly missing: number }): JsonRow {
  const about = { path: `${place.path}/…`, label: '…', value: `${missing} more: load some`, depth: place.depth + 1 }
  return { ...about, size: undefined, isOpen: false, cut: undefined, isChanged: false, holdsChange: false, more: cut }
}

export function cutIn(value: JsonValue): Cut['$cut'] | undefined {
  if (typeof value !== 'object' || value === null || !('$cut' in value)) return undefined
  return (value as unknown as Cut).$cut // as the server wrote it in place of a long value
}

/** `undefined`: it has none, and cannot be unfolded. */
function membersOf(value: JsonValue): ReadonlyArray<readonly [string, JsonValue]> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? value.map((item, index) => [String(index), item as JsonValue]) : Object.entries(value)
}

/** A member's name as a part of a pointer. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The value at a pointer; `undefined`: nothing stands there. */
export function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
  let found = value
  for (const part of path.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    found = Object.hasOwn(found, name) ? (found as { readonly [name: string]: JsonValue })[name] : undefined
  }
  return found
}

/** `/context/…` is short for `/root/context/…`. */
export function shortPath(path: string): string {
  return path.startsWith('/root/context') ? path.slice('/root'.length) : path
}

export function longPath(path: string): string {
  return path === '/context' || path.startsWith('/context/') ? `/root${path}` : path
}
