/**
 * What was turned into JSON before, so that a known subtree costs one lookup. Every object that is remembered is frozen
 * right after: what is remembered stays true.
 */
import type { JsonContainer } from './json-value.js'

/** Names the actor that an object is a reference to; `undefined` when it is none. */
export type RefOf = (value: object) => string | undefined

/** Where actor references stand in a value (as `null`), by JSON pointer. */
export type ActorRefs = { readonly [pointer: string]: string }

/** The JSON of a live value that is not JSON itself. */
export interface Conversion {
  readonly json: JsonContainer
  /** Pointers are relative to the value. */
  readonly refs: ActorRefs | undefined
  /** Nothing but references differs between the live value and its JSON. */
  readonly same: boolean
  /** Levels of containers, at least 1. May be too high, never too low. */
  readonly height: number
}

/** A number is the height of a value that is JSON itself. */
export type Accepted = number | Conversion

/** A constructor that returns its argument: a subclass puts its private fields on that object. */
// oxlint-disable-next-line typescript/no-extraneous-class -- only a class can be extended
class Itself {
  constructor(value: object) {
    return value
  }
}

/**
 * A private field on the accepted object itself. No one sees it: no key, no symbol, not in copies or in JSON text. A
 * WeakMap would say the same at a price that grows with all that it holds (measured with a million live objects: 100 µs
 * for each new one, where this takes 0.1 µs), since the collector must visit each of its entries.
 */
class Mark extends Itself {
  #as: Accepted

  constructor(value: object, as: Accepted) {
    super(value)
    this.#as = as
  }

  static on(value: object): Accepted | undefined {
    return #as in value ? value.#as : undefined
  }

  static put(value: object, as: Accepted): void {
    if (#as in value) value.#as = as
    // oxlint-disable-next-line eslint/no-new -- it puts the field on the value
    else new Mark(value, as)
  }
}

/** For objects that took no mark. Made when there is the first. */
let unmarkable: WeakMap<object, Accepted> | undefined

/** What is known of an object. */
export function acceptedAs(value: object): Accepted | undefined {
  return Mark.on(value) ?? unmarkable?.get(value)
}

/** Remembers an object. Call it before the object is frozen: engines may come to refuse private fields on frozen ones. */
export function accept(value: object, as: Accepted): void {
  try {
    Mark.put(value, as)
  } catch {
    unmarkable ??= new WeakMap()
    unmarkable.set(value, as)
  }
}
