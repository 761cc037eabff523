/**
 * References to actors, so that runs can be compared: an actor is named by the record that made it, and a takeover puts records
 * before that. They get numbers in the order in which they are seen.
 */
import type { JsonValue } from '@refold/core'

/** By the record that made it, and its number there. What users call an actor is no such name. */
const NAME = /^\d+(\.\d+)+$/

export class SameActors {
  readonly #numbers = new Map<string, string>()

  /** The value, with numbers in place of names in the pointers that readers see. */
  numbered(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.numbered(item))
    const { actor } = value as { readonly actor?: JsonValue }
    const members = Object.entries(value).map(([key, member]) => [key, this.numbered(member)] as const)
    if (typeof actor !== 'string' || !NAME.test(actor) || !isPointer(value)) return Object.fromEntries(members)
    const number = this.#numberOf(actor)
    // an actor without an id of its own has its name for one
    return Object.fromEntries(members.map(([key, member]) => [key, member === actor ? number : member]))
  }

  #numberOf(actor: string): string {
    const number = this.#numbers.get(actor) ?? `actor ${this.#numbers.size + 1}`
    this.#numbers.set(actor, number)
    return number
  }
}

/** `{ actor, id }`, with the source where it is known; a child shows more of itself. */
function isPointer(value: object): boolean {
  return 'id' in value && typeof value.id === 'string'
}
