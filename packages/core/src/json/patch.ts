/**
 * Applies patches. One document takes many of them quickly, and nothing that was given in or handed out is ever written.
 *
 * How: a container is copied when it is first written, and from then on written in place. It is *ours* when its stamp is
 * younger than that of the container around it; so a `copy` that shares, which makes one container stand in two places, only
 * takes away its stamp, and whichever place is written first copies again (what stood below is older).
 */
import { isContainer, isJsonArray, type JsonContainer, type JsonValue, type PatchOperation } from './json-value.js'
import { doesNotFit, noIndex, writeItem } from './patch-item.js'
import { arrayIndex, parsePointer } from './pointer.js'

/** Containers of our own that are remembered; beyond it they are forgotten and copied again when written. */
const STAMPS_BOUND = 4_096

type CopyOperation = Extract<PatchOperation, { op: 'copy' }>
type Writable = JsonValue[] | Record<string, JsonValue>

/** A JSON document that takes patches. After a throw it is spent. */
export class PatchedDocument {
  /** Ours alone; its members are the document's. */
  readonly #root: Record<string, JsonValue>
  readonly #stamps = new Map<JsonContainer, number>()
  #clock = 0
  /** Stamps up to this one are no longer ours. */
  #since = 0
  readonly #mayShare: (copy: CopyOperation) => boolean

  /**
   * What is copied becomes a value of its own, as in the text of the document: `mayShare` says of which copies no one could
   * see it.
   */
  constructor(
    members: { readonly [key: string]: JsonValue } = {},
    mayShare: (copy: CopyOperation) => boolean = () => false,
  ) {
    this.#root = { ...members }
    this.#mayShare = mayShare
  }

  /** A member of the document. It is never written again: what comes later is written to copies. */
  get(member: string): JsonValue | undefined {
    this.#disown()
    return this.#root[member]
  }

  /** All members. They are never written again. */
  members(): { readonly [key: string]: JsonValue } {
    this.#disown()
    return { ...this.#root }
  }

  /** A member as it stands now: the next operation may write to it. */
  view(member: string): JsonValue | undefined {
    return this.#root[member]
  }

  /** Puts a member in place, or takes it away. */
  set(member: string, value: JsonValue | undefined): void {
    if (value === undefined) delete this.#root[member]
    else this.#root[member] = value
  }

  /** Applies operations in order. Throws `UNREADABLE` for one that does not fit. `before` is told of each, while it has changed nothing. */
  apply(operations: readonly PatchOperation[], before?: (operation: PatchOperation) => void): void {
    for (const operation of operations) {
      before?.(operation)
      this.#applyOne(operation)
    }
    if (this.#stamps.size > STAMPS_BOUND) this.#disown()
  }

  #disown(): void {
    this.#since = ++this.#clock
    this.#stamps.clear()
  }

  #applyOne(operation: PatchOperation): void {
    const keys = parsePointer(operation.path)
    const key = keys[keys.length - 1]
    if (key === undefined) throw doesNotFit(operation, 'it would replace the whole document')
    // Before the target is made writable: the source may be a container around it.
    let value = valueOf(operation, this.#root)
    if (operation.op === 'copy' && isContainer(value)) {
      if (this.#mayShare(operation)) this.#stamps.delete(value)
      else value = copyOf(value)
    }
    const target = this.#writable(keys, operation)
    if (isArray(target)) {
      if (!writeItem(target, key, { op: operation.op, value })) throw doesNotFit(operation, noIndex(key))
    } else writeMember(target, key, { operation, value })
  }

  /** The container that the last key is a key of, ours to write. */
  #writable(keys: readonly string[], operation: PatchOperation): Writable {
    let container: Writable = this.#root
    let stamp = this.#since
    for (let at = 0; at < keys.length - 1; at++) {
      const key = keys[at] as string
      const member = memberOf(container, key)
      if (!isContainer(member)) throw doesNotFit(operation, `nothing with members stands at "${key}"`)
      const own = this.#stamps.get(member)
      if (own !== undefined && own > stamp) {
        container = member as Writable // we made it, and stand where we put it
        stamp = own
      } else {
        const copy: Writable = isJsonArray(member) ? [...member] : { ...member }
        stamp = ++this.#clock
        this.#stamps.set(copy, stamp)
        ;(container as Record<string, JsonValue>)[key] = copy // an array takes its indexes as keys, too
        container = copy
      }
    }
    return container
  }
}

/** The document after the patch; the given one stays as it is, and both share what did not change. */
export function applyPatch(
  document: { readonly [key: string]: JsonValue },
  operations: readonly PatchOperation[],
): { readonly [key: string]: JsonValue } {
  const patched = new PatchedDocument(document)
  patched.apply(operations)
  return patched.members()
}

/** A value of its own, all that is in it too. */
export function copyOf(value: JsonValue): JsonValue {
  if (!isContainer(value)) return value
  if (isJsonArray(value)) return value.map(copyOf)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]))
}

function isArray(container: Writable): container is JsonValue[] {
  return Array.isArray(container)
}

/** What the operation writes; `undefined` for a removal. */
function valueOf(operation: PatchOperation, root: JsonContainer): JsonValue | undefined {
  if (operation.op === 'remove') return undefined
  if (operation.op === 'copy') {
    const keys = parsePointer(operation.from)
    if (keys.length === 0) throw doesNotFit(operation, 'it would put the document into itself')
    let value: JsonValue | undefined = root
    for (const key of keys) {
      value = isContainer(value) ? memberOf(value, key) : undefined
      if (value === undefined) throw doesNotFit(operation, `nothing stands at ${operation.from}`)
    }
    return value
  }
  if (operation.op !== 'add' && operation.op !== 'replace')
    throw doesNotFit(operation, 'it is none of add, replace, remove and copy')
  if (operation.value === undefined) throw doesNotFit(operation, 'it has no value')
  return operation.value
}

/** `undefined`: there is none. */
export function memberOf(container: JsonContainer, key: string): JsonValue | undefined {
  if (isJsonArray(container)) return container[arrayIndex(key)]
  return Object.hasOwn(container, key) ? container[key] : undefined
}

interface Write {
  readonly operation: PatchOperation
  readonly value: JsonValue | undefined
}

function writeMember(target: Record<string, JsonValue>, key: string, { operation, value }: Write): void {
  if ((operation.op === 'remove' || operation.op === 'replace') && !Object.hasOwn(target, key))
    throw doesNotFit(operation, 'nothing stands there')
  if (value === undefined) delete target[key]
  else target[key] = value
}
