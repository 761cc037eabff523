/**
 * Folds replayed records into a state. Gives what `Folder` gives for the same records, and refuses what it refuses.
 *
 * Invariants: what was given in or handed out is never written (`#shared`); a value that the store can make later is made when
 * someone looks into it or the replay ends, since most are replaced before anyone does.
 */
import type { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { doesNotFit, noIndex, writeItem } from '../json/patch-item.js'
import { arrayIndex, parsePointer, toPointer } from '../json/pointer.js'
import { Folder } from './fold.js'
import { hasReadableBody, recordHeader } from './header.js'
import { RECORD_FORMAT, type RecordHeader } from './record.js'
import type { StateDocument } from './state-document.js'
import type { ReplayedEvent, ReplayedOperation, ReplayedRecord, ReplayTarget } from './replay.js'

/** What the operations of a record copy from. */
type Source = Pick<ReplayedRecord, 'id' | 'data'> & Partial<ReplayedRecord>

/** In the place of a value that is made when it is needed. Never changes, so it may stand in many places. */
class Unmade {
  readonly #record: ReplayedRecord
  /** `undefined`: the payload. */
  readonly #name: unknown
  constructor(record: ReplayedRecord, name: unknown) {
    this.#record = record
    this.#name = name
  }

  make(): JsonValue {
    return this.#name === undefined ? this.#record.makePayload() : this.#record.make(this.#name)
  }
}

type Node = JsonValue | Unmade
type Container = Node[] | { [key: string]: Node }

/** A container of ours that stands where records write again and again, found by its path without asking whose it is. */
class Place {
  readonly container: Container
  readonly below = new Map<string, Place>()
  constructor(container: Container) {
    this.container = container
  }
}

/**
 * Takes a replay and gives the state: `await store.replay(stream, {}, replay)`, then `replay.result()`. After a throw
 * it is spent.
 */
export class StateReplay implements ReplayTarget {
  readonly #root: { state?: Node }
  readonly #top: Place
  /** Containers that stand in more than one place, or were handed out: copied before they are written. */
  #shared = new WeakSet<object>()
  #record: Source | undefined
  #foreign = 0

  constructor(state?: StateDocument) {
    this.#root = state === undefined ? {} : { state: this.#share(state as unknown as JsonValue) }
    this.#top = new Place(this.#root)
  }

  /** Events seen so far that are no records: they changed nothing. */
  get foreign(): number {
    return this.#foreign
  }

  event(event: ReplayedEvent): void {
    const header = recordHeader(event)
    if (header === undefined) {
      this.#foreign++
      return
    }
    if (!isPlain(header)) new Folder(this.result()).add(event) // throws, and says what is wrong
    this.#record = { id: event.id, data: () => event.data }
    for (const operation of header.body.patch) {
      const from = operation.op === 'copy' ? parsePointer(operation.from) : undefined
      const value = 'value' in operation ? this.#share(operation.value) : undefined
      this.operation({ op: operation.op, keys: parsePointer(operation.path), from }, value)
    }
  }

  begin(record: ReplayedRecord): void {
    this.#record = record
  }

  operation(operation: ReplayedOperation, value: JsonValue | undefined, later?: unknown): void {
    const { op, keys } = operation
    const made = later === undefined ? value : new Unmade(this.#record as ReplayedRecord, later)
    const written = op === 'copy' ? this.#source(operation) : made
    const place = this.#writable(operation)
    const target = place.container
    const key = keys[keys.length - 1] as string
    if (Array.isArray(target)) {
      place.below.clear() // items move
      if (!writeItem(target, key, { op, value: written })) throw unreadable(operation, noIndex(key))
      return
    }
    place.below.delete(key)
    if (op === 'remove' || (op === 'replace' && !Object.hasOwn(target, key))) removeMember(target, key, operation)
    else target[key] = written as Node
  }

  end(): void {
    this.result()
  }

  /** The state so far; `undefined` before the first record. It stays as it is when more is replayed. */
  result(): StateDocument | undefined {
    const { state } = this.#root
    if (state === undefined) return undefined
    const made = this.#makeAll(state)
    this.#root.state = this.#share(made)
    this.#top.below.clear()
    return made as unknown as StateDocument
  }

  #share(value: JsonValue): JsonValue {
    if (typeof value === 'object' && value !== null) this.#shared.add(value)
    return value
  }

  /** The container that the last key is a key of, ours to write. */
  #writable(operation: ReplayedOperation): Place {
    let place = this.#top
    const { keys } = operation
    for (let at = 0; at < keys.length - 1; at++) {
      const key = keys[at] as string
      place = place.below.get(key) ?? this.#enter(place, key, operation)
    }
    return place
  }

  #enter({ container, below }: Place, key: string, operation: ReplayedOperation): Place {
    const member = memberOf(container, key)
    if (typeof member !== 'object' || member === null)
      throw unreadable(operation, `nothing with members stands at "${key}"`)
    let own = member as Node
    if (member instanceof Unmade) own = member.make() as Node
    else if (this.#shared.has(member)) own = this.#copy(member as Container) as Node
    if (typeof own !== 'object' || own === null) throw unreadable(operation, `nothing with members stands at "${key}"`)
    ;(container as { [key: string]: Node })[key] = own // an array takes its indexes as keys, too
    const place = new Place(own as Container)
    below.set(key, place)
    return place
  }

  /** A copy in one level; what is below now stands in two places. */
  #copy(container: Container): Container {
    const copy = Array.isArray(container) ? [...container] : { ...container }
    for (const member of Object.values(copy))
      if (typeof member === 'object' && member !== null) this.#shared.add(member)
    return copy
  }

  #source(operation: ReplayedOperation): Node {
    const { from = [] } = operation
    const [member, ...keys] = from
    if (member === undefined) throw unreadable(operation, 'it would put the document into itself')
    if (member === 'data' && keys.length === 1 && keys[0] === this.#record?.payloadKey) {
      return new Unmade(this.#record as ReplayedRecord, undefined)
    }
    let value = this.#member(member)
    let around: Place | undefined = this.#top
    let place = member === 'state' ? around.below.get(member) : undefined
    for (const key of keys) {
      around = place
      place = place?.below.get(key)
      if (place !== undefined) {
        value = place.container as Node
        continue
      }
      if (value instanceof Unmade) value = value.make() as Node
      value = typeof value === 'object' && value !== null ? memberOf(value as Container, key) : undefined
    }
    if (value === undefined) throw unreadable(operation, `nothing stands at /${from.join('/')}`)
    if (typeof value === 'object' && value !== null) this.#shared.add(value)
    if (place !== undefined) around?.below.delete(from.at(-1) ?? '') // it is not ours alone any more
    return value
  }

  #member(name: string): Node | undefined {
    if (name === 'state') return this.#root.state
    if (name === 'id') return this.#record?.id
    return name === 'data' ? this.#record?.data() : undefined
  }

  /** The value with everything made; shared containers are copied where something was not. */
  #makeAll(value: Node): JsonValue {
    if (value instanceof Unmade) return value.make()
    if (typeof value !== 'object' || value === null) return value
    let container = value as Container
    for (const key of Object.keys(container)) {
      const member = (value as { [key: string]: Node })[key] as Node
      if (typeof member !== 'object' || member === null) continue
      const made = this.#makeAll(member)
      if (made === member) continue
      if (container === value && this.#shared.has(value)) container = this.#copy(container)
      ;(container as { [key: string]: Node })[key] = made
    }
    return container as JsonValue
  }
}

/** Whether the record's operations can be applied as they are. */
function isPlain(header: RecordHeader): boolean {
  if (header.v > RECORD_FORMAT || !hasReadableBody(header)) return false
  return header.body.patch.every((operation) => {
    const fits =
      operation.op === 'add' || operation.op === 'replace'
        ? operation.value !== undefined
        : operation.op === 'remove' || operation.op === 'copy'
    return fits && parsePointer(operation.path)[0] === 'state'
  })
}

function memberOf(container: Container, key: string): Node | undefined {
  if (Array.isArray(container)) return container[arrayIndex(key)]
  return Object.hasOwn(container, key) ? container[key] : undefined
}

function removeMember(target: { [key: string]: Node }, key: string, operation: ReplayedOperation): void {
  if (!Object.hasOwn(target, key)) throw unreadable(operation, 'nothing stands there')
  delete target[key]
}

function unreadable({ op, keys }: ReplayedOperation, why: string): RefoldError {
  return doesNotFit({ op, path: toPointer(keys) }, why)
}
