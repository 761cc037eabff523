/**
 * Folds replayed records into a state. Gives what `Folder` gives for the same records, and refuses what it refuses.
 *
 * Invariants: what was given in or handed out is never written; a value that the store can make later is made when someone looks
 * into it or a state is asked for, since most are replaced before anyone does; where a record writes is found once for all
 * records of its kind, until something there moves.
 */
import type { RefoldError } from '../errors.js'
import { isContainer, type JsonValue } from '../json/json-value.js'
import { doesNotFit, noIndex, writeItem } from '../json/patch-item.js'
import { parsePointer, toPointer } from '../json/pointer.js'
import { childOf } from '../json/undo.js'
import { Branch, Copied, Later, made, type Node } from './branch.js'
import { Folder } from './fold.js'
import { hasReadableBody, recordHeader } from './header.js'
import { RECORD_FORMAT, type RecordHeader } from './record.js'
import type { StateDocument } from './state-document.js'
import type { ReplayedEvent, ReplayedOperation, ReplayedRecord, ReplayTarget } from './replay.js'

/** What the operations of a record copy from. */
type Source = Pick<ReplayedRecord, 'id' | 'data'> & Partial<ReplayedRecord>

/** A value of a record as the store makes it. */
class OfRecord extends Later {
  readonly #record: ReplayedRecord
  /** `undefined`: the payload. */
  readonly #name: unknown
  constructor(record: ReplayedRecord, name: unknown) {
    super()
    this.#record = record
    this.#name = name
  }

  protected override read(): JsonValue {
    return this.#name === undefined ? this.#record.makePayload() : this.#record.make(this.#name)
  }
}

/**
 * Takes a replay and gives the state: `await store.replay(stream, {}, replay)`, then `replay.result()`. After a throw
 * it is spent.
 */
export class StateReplay implements ReplayTarget {
  readonly #root = Branch.root()
  /** Where the operations that come with each record of a kind write. */
  readonly #known = new Map<ReplayedOperation, Branch>()
  #record: Source | undefined
  #tookFromData = false
  #foreign = 0

  constructor(state?: StateDocument) {
    if (state !== undefined) this.#root.members?.set('state', state as unknown as JsonValue)
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
    this.#begin({ id: event.id, data: () => event.data })
    for (const operation of header.body.patch) {
      const from = operation.op === 'copy' ? parsePointer(operation.from) : undefined
      const value = 'value' in operation ? operation.value : undefined
      this.operation({ op: operation.op, keys: parsePointer(operation.path), from }, value)
    }
  }

  begin(record: ReplayedRecord): void {
    this.#begin(record)
  }

  operation(operation: ReplayedOperation, value: JsonValue | undefined, later?: unknown): void {
    const { op, keys } = operation
    const given = later === undefined ? value : new OfRecord(this.#record as ReplayedRecord, later)
    const written = op === 'copy' ? this.#copied(operation) : given
    const branch = this.#placeOf(operation)
    branch.touch()
    const key = keys[keys.length - 1] as string
    if (branch.items !== undefined) {
      branch.leaveBelow() // items move
      if (!writeItem(branch.items, key, { op, value: written })) throw unreadable(operation, noIndex(key))
      return
    }
    const members = branch.members as Map<string, Node> // it is an object
    const old = members.get(key)
    if (old === undefined && (op === 'remove' || op === 'replace')) throw unreadable(operation, 'nothing stands there')
    if (old instanceof Branch) branch.forget(old)
    if (op === 'remove') members.delete(key)
    else members.set(key, written as Node)
  }

  end(): void {
    this.result()
  }

  /** The state so far; `undefined` before the first record. It stays as it is when more is replayed. */
  result(): StateDocument | undefined {
    const state = this.#root.get('state')
    return state === undefined ? undefined : (made(state) as unknown as StateDocument) // what the patches of records build
  }

  #begin(record: Source): void {
    this.#record = record
    this.#tookFromData = false
  }

  /** The container that the last key is a key of. */
  #placeOf(operation: ReplayedOperation): Branch {
    const { keys, fixed = 0 } = operation
    const known = fixed === 0 ? undefined : this.#known.get(operation)
    const last = keys.length - 1
    let at = Math.min(fixed, last)
    if (known?.isInPlace === true) return at === last ? known : this.#enter(known, operation, { from: at, to: last })
    const branch = this.#enter(this.#root, operation, { from: 0, to: at })
    if (fixed > 0) this.#known.set(operation, branch)
    return this.#enter(branch, operation, { from: at, to: last })
  }

  #enter(
    start: Branch,
    operation: ReplayedOperation,
    { from, to }: { readonly from: number; readonly to: number },
  ): Branch {
    let branch = start
    for (let at = from; at < to; at++) {
      const key = operation.keys[at] as string
      const inside = branch.enter(key)
      if (inside === undefined) throw unreadable(operation, `nothing with members stands at "${key}"`)
      branch = inside
    }
    return branch
  }

  /** As a fold copies: see `Folder`. */
  #copied(operation: ReplayedOperation): Node {
    const { keys, from = [] } = operation
    const member = from[0]
    if (member === undefined) throw unreadable(operation, 'it would put the document into itself')
    if (member === 'data' && from.length === 2 && from[1] === this.#record?.payloadKey)
      return new OfRecord(this.#record as ReplayedRecord, undefined)
    let node = this.#member(member)
    for (let at = 1; at < from.length; at++) {
      const key = from[at] as string
      node = node instanceof Branch ? node.get(key) : childOf(node && made(node), key)
    }
    if (node === undefined) throw unreadable(operation, `nothing stands at /${from.join('/')}`)
    if (node instanceof Branch) node.share()
    else if (!(node instanceof Later) && !isContainer(node)) return node
    if (keys[1] === 'effects' && keys.length > 2) return node
    if (member === 'state' || this.#tookFromData) return new Copied(node)
    this.#tookFromData = true
    return node
  }

  #member(name: string): Node | undefined {
    if (name === 'state') return this.#root.get('state')
    if (name === 'id') return this.#record?.id
    return name === 'data' ? this.#record?.data() : undefined
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

function unreadable({ op, keys }: ReplayedOperation, why: string): RefoldError {
  return doesNotFit({ op, path: toPointer(keys) }, why)
}
