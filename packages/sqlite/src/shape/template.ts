/**
 * A record's shape: what is the same whenever agents of one definition do this step. It is stored once; a row has the
 * shape's id and the values that differ.
 *
 * A shape is the JSON text of `[type, metadata, data]`, in which each stands as a template:
 * - `0`: the next of the row's values
 * - `1`: the row's payload text (in `data` only)
 * - `"=text"`: this text; `"#json"`: this JSON value that is no container
 * - `"@text"`: `<own revision>.text`
 * - `"%text"`: text with holes, see `HOLES`
 * - `"^"`: the event id of the stream's first event
 * - `"&"`: the event's own id
 * - `"~"`: an id of the same process: the next value is how many ids before this event's own
 * - `"t"`: the header's time; `"+"`: the next value after the header's time, in milliseconds
 * - an object or an array: its members are templates
 */
export type Template = 0 | 1 | string | readonly Template[] | { readonly [key: string]: Template }

/**
 * In a `%` template: own revision, text, number, a number counted back from the own revision, and the revision before the
 * own, which is by far the commonest.
 */
export const HOLES = {
  ownRevision: '\u0001',
  text: '\u0002',
  number: '\u0003',
  revisionsBack: '\u0004',
  previousRevision: '\u0005',
} as const

/** Holes that take none of the row's values. */
export const VALUELESS: ReadonlySet<string> = new Set([HOLES.ownRevision, HOLES.previousRevision])

/** Text with one of these cannot be a `%` template. */
export const HOLE_PATTERN = new RegExp(`[${Object.values(HOLES).join('')}]`)

/** What a shape says of a record is relative to this. */
export interface RecordPlace {
  /** The event's own id. */
  readonly id: string
  readonly revision: number
  /** Event id of the stream's first event, when it is known. */
  readonly firstId: string | undefined
}

/** The part of a UUID that all ids of one process share, with its last hyphen. */
export const PREFIX_LENGTH = 24

const CANONICAL_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether it is a UUID in the form that its number gives back. */
export function isCanonicalUuid(text: string): boolean {
  return text.length === 36 && CANONICAL_UUID.test(text)
}

/** The last six bytes of a canonical UUID. */
export function suffixOf(uuid: string): number {
  return Number.parseInt(uuid.slice(PREFIX_LENGTH), 16)
}

/** The UUID with this prefix and this suffix, written in halves: a number of 24 bits becomes text many times faster. */
export function uuidOf(prefix: string, suffix: number): string {
  const low = suffix % 0x1000000
  const high = (suffix - low) / 0x1000000
  return prefix + (high + 0x1000000).toString(16).slice(1) + (low + 0x1000000).toString(16).slice(1)
}
