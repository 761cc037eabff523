/**
 * Folds replayed records into a state. Gives what `Folder` gives for the same records, and refuses what it refuses.
 *
 * Invariants: what was given in or handed out is never written (`#shared`); a payload's text is parsed only when someone
 * looks into it or the state is handed out, since most payloads are replaced before anyone does.
 */
import type { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { doesNotFit, noIndex, writeItem } from '../json/patch-item.js'
import { arrayIndex, parsePointer, toPointer } from '../json/pointer.js'
import { Folder } from './fold.js'
import { hasReadableBody, headerOf } from './header.js'
import { RECORD_FORMAT, type RecordHeader } from './record.js'
import type { StateDocument } from './state-document.js'
import type { ReplayedEvent, ReplayedOperation, ReplayedRecord, ReplayTarget } from './replay.js'

/** JSON text in the place of the value that it stands for. Never changes, so it may stand in many places. */
class Unparsed {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Node = JsonValue | Unparsed
type Container = Node[] | { [key: string]: Node }

/**
 * Takes a replay and gives the state: `await store.replay(stream, {}, replay)`, then `replay.result()`. After a throw
 * it is spent.
 */
export class StateReplay implements ReplayTarget {
  #root: { state?: Node }
  /** Containers that stand in more than one place, or were handed out: copied before they are written. */
  #shared = new WeakSet<object>()
  #record: ReplayedRecord | undefined
  #foreign = 0

  constructor(state?: StateDocument) {
    this.#root = state === undefined ? {} : { state: this.#share(state as unknown as JsonValue) }
  }

  /** Events seen so far that are no records: they changed nothing. */
  get foreign(): number {
    return this.#foreign
  }

  event(event: ReplayedEvent): void {
    const header = headerOf(event.metadata)
    if (header === undefined) {
      this.#foreign++
      return
    }
    if (!isPlain(header)) new Folder(this.result()).add(event) // throws, and says what is wrong
    this.begin({
      revision: Number(event.revision),
      id: event.id,
      data: () => event.data,
      payloadKey: undefined,
      payload: null,
    })
    for (const operation of header.body.patch) {
      const from = operation.op === 'copy' ? parsePointer(operation.from) : undefined
      const value = 'value' in operation ? this.#share(operation.value) : undefined
      this.operation({ op: operation.op, keys: parsePointer(operation.path), from }, value)
    }
  }

  begin(record: ReplayedRecord): void {
    this.#record = record
  }

  operation(operation: ReplayedOperation, value: JsonValue | undefined): void {
    const { op, keys } = operation
    const written = op === 'copy' ? this.#source(operation) : value
    const target = this.#writable(operation)
    const key = keys[keys.length - 1] as string
    if (Array.isArray(target)) {
      if (!writeItem(target, key, { op, value: written })) throw unreadable(operation, noIndex(key))
    } else if (op === 'remove' || (op === 'replace' && !Object.hasOwn(target, key)))
      removeMember(target, key, operation)
    else target[key] = written as Node
  }

  /** The state so far; `undefined` before the first record. It stays as it is when more is replayed. */
  result(): StateDocument | undefined {
    const { state } = this.#root
    if (state === undefined) return undefined
    const parsed = this.#parseAll(state)
    this.#root.state = this.#share(parsed)
    return parsed as unknown as StateDocument
  }

  #share(value: JsonValue): JsonValue {
    if (typeof value === 'object' && value !== null) this.#shared.add(value)
    return value
  }

  /** The container that the last key is a key of, ours to write. */
  #writable(operation: ReplayedOperation): Container {
    let container = this.#root as Container
    const { keys } = operation
    for (let at = 0; at < keys.length - 1; at++) {
      const key = keys[at] as string
      let member = memberOf(container, key)
      if (member instanceof Unparsed) member = JSON.parse(member.text) as Node
      else if (typeof member === 'object' && member !== null && this.#shared.has(member))
        member = this.#copy(member as Container) as Node
      else if (typeof member === 'object' && member !== null) {
        container = member as Container
        continue
      }
      if (typeof member !== 'object' || member === null)
        throw unreadable(operation, `nothing with members stands at "${key}"`)
      ;(container as { [key: string]: Node })[key] = member // an array takes its indexes as keys, too
      container = member as Container
    }
    return container
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
    if (
      member === 'data' &&
      keys.length === 1 &&
      keys[0] === this.#record?.payloadKey &&
      this.#record?.payload != null
    ) {
      return new Unparsed(this.#record.payload)
    }
    let value = this.#member(member)
    for (const key of keys) {
      if (value instanceof Unparsed) value = JSON.parse(value.text) as Node
      value = typeof value === 'object' && value !== null ? memberOf(value as Container, key) : undefined
    }
    if (value === undefined) throw unreadable(operation, `nothing stands at /${from.join('/')}`)
    if (typeof value === 'object' && value !== null) this.#shared.add(value)
    return value
  }

  #member(name: string): Node | undefined {
    if (name === 'state') return this.#root.state
    if (name === 'id') return this.#record?.id
    return name === 'data' ? this.#record?.data() : undefined
  }

  /** The value without texts that are to be parsed; shared containers are copied where one stood in them. */
  #parseAll(value: Node): JsonValue {
    if (value instanceof Unparsed) return JSON.parse(value.text)
    if (typeof value !== 'object' || value === null) return value
    let container = value as Container
    for (const key of Object.keys(container)) {
      const member = (value as { [key: string]: Node })[key] as Node
      if (typeof member !== 'object' || member === null) continue
      const parsed = this.#parseAll(member)
      if (parsed === member) continue
      if (container === value && this.#shared.has(value)) container = this.#copy(container)
      ;(container as { [key: string]: Node })[key] = parsed
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
