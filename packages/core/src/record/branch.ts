/**
 * A JSON document while many patches are applied to it. What is written to stands as branches, and all else as plain JSON that is
 * never written.
 *
 * Invariants: a branch in its place is found by its path without asking whose it is; one that stands in two places is written in
 * neither, but copied; what was made of a branch is used again until something below it changes.
 */
import { isContainer, isJsonArray, type JsonContainer, type JsonValue } from '../json/json-value.js'
import { copyOf } from '../json/patch.js'
import { arrayIndex } from '../json/pointer.js'

/** A value that is made when someone looks into it. It may stand in many places. */
export abstract class Later {
  #made: JsonValue | undefined

  protected abstract read(): JsonValue

  make(): JsonValue {
    return (this.#made ??= this.read())
  }
}

/** The value of another place, as a value of its own. */
export class Copied extends Later {
  readonly #source: Node
  constructor(source: Node) {
    super()
    this.#source = source
  }

  protected override read(): JsonValue {
    return copyOf(made(this.#source))
  }
}

export type Node = JsonValue | Later | Branch

/** An object or an array that is written to: one of `members` and `items` is there. */
export class Branch {
  readonly members: Map<string, Node> | undefined
  readonly items: Node[] | undefined
  readonly #around: Branch | undefined
  /** Those of its members that are branches in their place. */
  readonly #below = new Set<Branch>()
  #made: JsonValue | undefined
  #isShared = false
  #isInPlace = true

  private constructor(content: Map<string, Node> | Node[], around: Branch | undefined) {
    this.members = Array.isArray(content) ? undefined : content
    this.items = Array.isArray(content) ? content : undefined
    this.#around = around
  }

  /** Of an object without members. */
  static root(): Branch {
    return new Branch(new Map(), undefined)
  }

  /** Whether it stands where it was found. Never again, once it does not. */
  get isInPlace(): boolean {
    return this.#isInPlace
  }

  get(key: string): Node | undefined {
    return this.items === undefined ? this.members?.get(key) : this.items[arrayIndex(key)]
  }

  /** What is below it stands elsewhere from now on: it was taken away, moved, or stands in a second place. */
  leave(): void {
    this.#isInPlace = false
    this.leaveBelow()
  }

  leaveBelow(): void {
    if (this.#below.size === 0) return
    for (const branch of this.#below) branch.leave()
    this.#below.clear()
  }

  /** It stands in two places from now on. */
  share(): void {
    this.#isShared = true
    this.leave()
  }

  /** Before it is written. */
  touch(): void {
    if (this.#made === undefined) return // nor is what stands around it
    this.#made = undefined
    this.#around?.touch()
  }

  /** Before another value comes in the place of a member. */
  forget(member: Branch): void {
    if (this.#below.delete(member)) member.leave()
  }

  /** A member to write to; `undefined`: it has no members. */
  enter(key: string): Branch | undefined {
    const member = this.get(key)
    if (member instanceof Branch && member.#isInPlace) return member
    const content = contentOf(member)
    if (content === undefined) return undefined
    const branch = new Branch(content, this)
    this.touch()
    if (this.items === undefined) this.members?.set(key, branch)
    else this.items[arrayIndex(key)] = branch
    this.#below.add(branch)
    return branch
  }

  /** What `enter` may write to. Of a branch that moved its own, since nothing finds that branch any more. */
  content(): Map<string, Node> | Node[] {
    const content = (this.members ?? this.items) as Map<string, Node> | Node[]
    if (!this.#isShared) return content
    for (const member of content.values()) if (member instanceof Branch) member.#isShared = true
    return Array.isArray(content) ? [...content] : new Map(content)
  }

  /** As plain JSON, which stays as it is. */
  make(): JsonValue {
    return (this.#made ??= this.items === undefined ? this.#makeObject() : this.#makeArray(this.items))
  }

  #makeArray(items: Node[]): JsonValue {
    for (let at = 0; at < items.length; at++) if (items[at] instanceof Later) items[at] = made(items[at] as Node)
    return items.map(made)
  }

  #makeObject(): JsonValue {
    const object: { [key: string]: JsonValue } = {}
    for (const [key, member] of this.members ?? []) {
      const value = made(member)
      if (member instanceof Later) this.members?.set(key, value)
      if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true })
      else object[key] = value
    }
    return object
  }
}

/** As plain JSON, which stays as it is. */
export function made(node: Node): JsonValue {
  return node instanceof Branch || node instanceof Later ? node.make() : node
}

/** What a branch begins with; `undefined` for what has no members. */
function contentOf(node: Node | undefined): Map<string, Node> | Node[] | undefined {
  if (node instanceof Branch) return node.content()
  const value = node instanceof Later ? node.make() : node
  if (!isContainer(value)) return undefined
  return isJsonArray(value) ? [...value] : new Map(Object.entries(value as JsonContainer))
}
