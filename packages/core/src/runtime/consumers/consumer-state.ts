/** What the stream of a consumer says: who owns it, from which place on, and what is parked. */
import { addressOf } from '../../definition/agent-address.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.js'
import { partsOf } from '../../history/log-cursor.js'
import type { ParkedRecord } from '../../public/consumer.js'
import type { Cursor, FollowOptions } from '../../public/follow.js'
import type { ErrorData } from '../../record/state-document.js'
import type { Expected, Revision } from '../../record/revision.js'

/** No definition's name begins so: it is no agent's stream. */
export function consumerStream(name: string): string {
  return `refold-consumer-${name}`
}

/** Where a consumer goes on: a cursor; `'start'` or a time where nothing is dealt with yet. */
export type Place = Exclude<NonNullable<FollowOptions['from']>, 'now'>

/**
 * What is dealt with behind a place, since agents do not wait for each other: of each stream, up to which revision. Records of
 * one agent are dealt with in order, so one number says it.
 */
export type Ahead = { readonly [stream: string]: number }

/** How far a consumer has come. */
export interface Mark {
  readonly place: Place
  readonly ahead: Ahead
}

export type ConsumerChange =
  | (Mark & { readonly type: 'claimed'; readonly owner: string; readonly agents: readonly string[] | null })
  | (Mark & { readonly type: 'released' })
  | { readonly type: 'parked'; readonly parked: StoredParked }
  | { readonly type: 'delivered'; readonly key: string }
  | Command

/** Anyone may give it. */
export interface Command {
  readonly type: 'retried' | 'skipped'
  readonly keys: readonly string[]
  readonly by?: string | undefined
  readonly reason?: string | undefined
}

/** As it stands in the stream. */
export interface StoredParked {
  readonly key: string
  /** Behind the record: it names the agent and the revision. */
  readonly cursor: Cursor
  readonly type: string
  readonly at: number
  readonly attempts: number
  readonly error: ErrorData
}

const PREFIX = 'refold.consumer.'

/** Of an event: its type and its data. */
export function changeToEvent(
  change: ConsumerChange,
  epoch: number,
): { readonly type: string; readonly data: JsonValue } {
  const { type, ...rest } = change
  const data = type === 'parked' ? { epoch, ...change.parked } : isCommand(change) ? rest : { epoch, ...rest }
  return { type: PREFIX + type, data: JSON.parse(JSON.stringify(data)) as JsonValue } // members that are absent, not undefined
}

function isCommand({ type }: ConsumerChange): boolean {
  return type === 'retried' || type === 'skipped'
}

/** Folded from the stream, event by event. */
export class ConsumerState {
  head: Expected = 'no_stream'
  headId: string | undefined
  /** 0: no process has run it. */
  epoch = 0
  owner: string | undefined
  /** Where this epoch began, or where it was released. */
  mark: Mark = { place: 'start', ahead: {} }
  agents: readonly string[] | undefined
  readonly #parked = new Map<string, StoredParked>()
  /** Keys of those that someone has asked for again. */
  readonly #retried = new Set<string>()
  /** Keys that were parked and are dealt with, behind the place: a new owner meets their records again. */
  readonly #settled = new Map<string, Cursor>()

  /** An event of another program changes nothing. */
  apply({ type, data, revision, id }: { type: string; data: JsonValue; revision: Revision; id: string }): void {
    this.head = revision
    this.headId = id
    if (type.startsWith(PREFIX) && isJsonObject(data)) this.#apply(type.slice(PREFIX.length), data)
  }

  /** In the order of the log. */
  get parked(): readonly ParkedRecord[] {
    return inOrder([...this.#parked.values()]).map(({ key, cursor, type, at, attempts, error }) => {
      const { stream, revision } = partsOf(cursor)
      const isRetried = this.#retried.has(key)
      return { key, agent: addressOf(stream), revision, type, at, attempts, error, isRetried }
    })
  }

  get parkedCount(): number {
    return this.#parked.size
  }

  /** Those that someone has asked for again. */
  get toRetry(): readonly StoredParked[] {
    return inOrder([...this.#retried].flatMap((key) => this.#parked.get(key) ?? []))
  }

  isParked(key: string): boolean {
    return this.#parked.has(key)
  }

  /** Whether it needs no delivery by the way, though it stands behind the place. */
  isSetAside(key: string): boolean {
    return this.#parked.has(key) || this.#settled.has(key)
  }

  #apply(type: string, data: JsonObject): void {
    switch (type) {
      case 'claimed':
        this.epoch = data['epoch'] as number
        this.owner = data['owner'] as string
        this.agents = (data['agents'] ?? undefined) as readonly string[] | undefined
        return this.#begin(data as unknown as Mark)
      case 'released':
        this.owner = undefined
        return this.#begin(data as unknown as Mark)
      case 'parked': {
        const { epoch: _, ...parked } = data
        this.#parked.set(data['key'] as string, parked as unknown as StoredParked)
        this.#retried.delete(data['key'] as string)
        return
      }
      case 'delivered':
        return this.#settle(data['key'] as string)
      case 'skipped':
        for (const key of data['keys'] as readonly string[]) this.#settle(key)
        return
      case 'retried':
        for (const key of data['keys'] as readonly string[]) if (this.#parked.has(key)) this.#retried.add(key)
        return
      default:
    }
  }

  #begin({ place, ahead }: Mark): void {
    this.mark = { place, ahead }
    if (typeof place !== 'string') return
    for (const [key, cursor] of this.#settled) if (cursor <= place) this.#settled.delete(key)
  }

  #settle(key: string): void {
    const parked = this.#parked.get(key)
    if (parked === undefined) return
    this.#parked.delete(key)
    this.#retried.delete(key)
    this.#settled.set(key, parked.cursor)
  }
}

function inOrder(parked: readonly StoredParked[]): readonly StoredParked[] {
  return parked.toSorted((one, other) => (one.cursor < other.cursor ? -1 : 1))
}
