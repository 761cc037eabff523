/** One store of a comparison: it does each operation and answers in words that do not depend on the store. */
import assert from 'node:assert/strict'
import type { Expected, NewEvent, Position, Store, StoredEvent } from '@refold/core'
import { isRefoldError, toRevision } from '@refold/core'
import {
  collect,
  findEntries,
  readEverything,
  readStream,
  takeUntil,
  type ContractData,
} from '../store-contract/contract-case.js'
import type { StoreOperation } from './store-operation.js'

interface Appended {
  readonly stream: string
  readonly events: readonly NewEvent[]
  readonly expected: Expected
}

interface Watch {
  readonly stream: string | undefined
  readonly lastId: string
  readonly seen: Promise<readonly string[]>
}

export class Contestant {
  readonly name: string
  readonly #data: ContractData
  readonly #stores: readonly Store[]
  readonly #appends: Appended[] = []
  /** The last revision of each stream, as the answers say. */
  readonly #last = new Map<string, number>()
  /** What successful appends answered, in their order. */
  readonly #ends: Position[] = []
  readonly #watches: Watch[] = []

  private constructor(name: string, { data, stores }: { data: ContractData; stores: readonly Store[] }) {
    this.name = name
    this.#data = data
    this.#stores = stores
  }

  /** With two connections. */
  static async open(name: string, open: () => ContractData | Promise<ContractData>): Promise<Contestant> {
    const data = await open()
    return new Contestant(name, { data, stores: [await data.connect(), await data.connect()] })
  }

  /** What it does and answers; a rejection answers with its code. */
  async perform(operation: StoreOperation): Promise<unknown> {
    try {
      return await this.#perform(operation)
    } catch (error) {
      if (isRefoldError(error)) return { rejected: error.code }
      throw error
    }
  }

  /** Keeps what a live subscription gives, from now until `watched`; resolves when it has caught up. */
  async watch(stream: string | undefined, lastId: string): Promise<void> {
    const items = this.#store(0).subscribe(stream === undefined ? { all: true } : { stream })
    let caughtUp: () => void = () => {}
    const begun = new Promise<void>((resolve) => (caughtUp = resolve))
    const taken = takeUntil(items, (events, item) => {
      if (item.kind === 'caught-up') caughtUp()
      return events.at(-1)?.id === lastId
    })
    const seen = taken.then((events) => events.map(textOf))
    seen.catch(() => {}) // of a comparison that ended before
    this.#watches.push({ stream, lastId, seen })
    await begun
  }

  /** What the subscriptions gave, after a last event for each of them. */
  async watched(): Promise<unknown> {
    const given: unknown[] = []
    for (const { stream = 'last', lastId, seen } of this.#watches) {
      const events = await readStream(this.#store(0), stream)
      const expected = events.length === 0 ? 'no_stream' : toRevision(events.length - 1)
      const last: NewEvent = { id: lastId, type: 'last', data: null, metadata: {} }
      const { ok } = await this.#store(1).append(stream, [last], { expected })
      assert.ok(ok, `${this.name}: what a read of ${stream} gives is not all of it: an append after that is a conflict`)
      given.push(await seen)
    }
    return given
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()))
    await this.#data.dispose?.()
  }

  #perform(operation: StoreOperation): Promise<unknown> {
    const store = this.#store(operation.by)
    switch (operation.kind) {
      case 'append':
        return this.#append(store, this.#expecting(operation))
      case 'repeat':
        return this.#repeat(store, operation)
      case 'read':
        return texts(readStream(store, operation.stream, { ...bounds(operation), ...from(operation.from) }))
      case 'read all':
        return texts(readEverything(store, { ...bounds(operation), ...this.#after(operation.after) }))
      case 'subscribe':
        return texts(this.#caughtUp(store, operation))
      case 'put':
        return store.registers.put(operation.name, operation.value)
      case 'get':
        return store.registers.get(operation.name)
      case 'remove':
        return store.registers.remove(operation.name)
      case 'entry':
        return store.directory.get(operation.name)
      case 'find':
        return findEntries(store, operation.query)
      case 'rebuild':
        return store.directory.rebuild()
    }
  }

  #expecting({ stream, events, off }: Extract<StoreOperation, { kind: 'append' }>): Appended {
    const last = (this.#last.get(stream) ?? -1) + off
    const append = { stream, events, expected: last < 0 ? ('no_stream' as const) : toRevision(last) }
    this.#appends.push(append)
    return append
  }

  async #append(store: Store, { stream, events, expected }: Appended): Promise<unknown> {
    const result = await store.append(stream, events, { expected })
    if (!result.ok) return result
    this.#last.set(stream, Math.max(this.#last.get(stream) ?? -1, Number(result.revision)))
    this.#ends.push(result.position)
    const [last] = await collect(store.read(stream, { from: result.revision, limit: 1 }))
    assert.equal(last?.position, result.position, `${this.name}: the position of an append is that of its last event`)
    return { ok: true, revision: result.revision }
  }

  /** An append made before, as it was or with one event more. */
  async #repeat(store: Store, { which, part }: Extract<StoreOperation, { kind: 'repeat' }>): Promise<unknown> {
    const append = this.#appends[which % Math.max(this.#appends.length, 1)]
    if (append === undefined) return undefined
    if (part === 'whole') return this.#append(store, append)
    const [first] = append.events
    const more = { ...append, events: [...append.events, { ...(first ?? assert.fail()), id: moreId(append) }] }
    return this.#append(store, more)
  }

  #caughtUp(store: Store, { stream, after }: Extract<StoreOperation, { kind: 'subscribe' }>) {
    const target =
      stream === undefined ? { all: true as const, ...this.#after(after) } : { stream, ...afterRevision(after) }
    return takeUntil(store.subscribe(target), (_, { kind }) => kind === 'caught-up')
  }

  #after(place: number | undefined): { readonly after?: Position } {
    const position = place === undefined ? undefined : this.#ends[place]
    return position === undefined ? {} : { after: position }
  }

  #store(by: number): Store {
    return this.#stores[by] ?? assert.fail('two connections')
  }
}

/** All of an event but its position. */
function textOf({ stream, revision, id, type, data, metadata }: StoredEvent): string {
  return JSON.stringify([stream, String(revision), id, type, data, metadata])
}

async function texts(events: Promise<readonly StoredEvent[]>): Promise<readonly string[]> {
  return (await events).map(textOf)
}

function bounds({ limit, direction }: { limit: number | undefined; direction: 'forwards' | 'backwards' }) {
  return { direction, ...(limit !== undefined && { limit }) }
}

function from(place: number | undefined) {
  return place === undefined ? {} : { from: toRevision(place) }
}

function afterRevision(place: number | undefined) {
  return place === undefined ? {} : { after: toRevision(place) }
}

/** The same for every store. */
function moreId({ events }: Appended): string {
  return (events[0]?.id ?? assert.fail()).replace(/^.{8}/, 'ffffffff')
}
