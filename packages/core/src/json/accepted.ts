/**
 * What was turned into JSON before, so that a known subtree costs one lookup. Every object that is remembered is frozen
 * right after: what is remembered stays true.
 */
import type { JsonContainer } from './json-value.js'

/** Names the actor that an object is a reference to; `undefined` when it is none. */
export type RefOf = (value: object) => string | undefined

/** Where actor references stand in a value (as `null`), by JSON pointer. */
export type ActorRefs = { readonly [pointer: string]: string }

/** The JSON of a live value that differs from it by references alone. */
export interface Conversion {
  readonly json: JsonContainer
  /** Pointers are relative to the value. */
  readonly refs: ActorRefs | undefined
  /** Levels of containers, at least 1. May be too high, never too low. */
  readonly height: number
}

/** A number is the height of a value that is JSON itself. */
export type Accepted = number | Conversion

/**
 * Where JSON stands. `state`: in an agent's state, in one place, with all that is below it. `loose`: nowhere yet, and
 * nothing below it either. `mixed`: what was made around parts of a state.
 */
export type Standing = 'state' | 'loose' | 'mixed'

/**
 * A height with its standing: above zero it stands in a state, below zero it does not, and with a half it is mixed. One
 * number, as it is looked at for every part of every new value.
 */
export type Placed = number
const MIXED = 0.5

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
  #as: Placed | Conversion

  constructor(value: object, as: Placed | Conversion) {
    super(value)
    this.#as = as
  }

  static on(value: object): Placed | Conversion | undefined {
    return #as in value ? value.#as : undefined
  }

  static put(value: object, as: Placed | Conversion): void {
    if (#as in value) value.#as = as
    // oxlint-disable-next-line eslint/no-new -- it puts the field on the value
    else new Mark(value, as)
  }
}

/** For objects that took no mark. Made when there is the first. */
let unmarkable: WeakMap<object, Placed | Conversion> | undefined

/** What is known of an object. */
export function acceptedAs(value: object): Accepted | undefined {
  const mark = markOf(value)
  return typeof mark === 'number' ? heightOf(mark) : mark
}

/** Where an object stands that is JSON itself; `undefined` for any other. */
export function standingOf(value: object): Standing | undefined {
  const mark = markOf(value)
  if (typeof mark !== 'number') return undefined
  return mark > 0 ? 'state' : Number.isInteger(mark) ? 'loose' : 'mixed'
}

/** What `acceptedAs` and `standingOf` tell, in one look. */
export function markOf(value: object): Placed | Conversion | undefined {
  return Mark.on(value) ?? unmarkable?.get(value)
}

/** The levels of containers. */
export function heightOf(mark: Placed): number {
  return mark > 0 ? mark : Math.trunc(-mark)
}

/** Remembers an object that is JSON itself. Call it before the object is frozen, as `accept`. */
export function acceptJson(value: object, height: number, standing: Standing): void {
  put(value, standing === 'state' ? height : standing === 'loose' ? -height : -height - MIXED)
}

/** Remembers an object that is not. Call it before the object is frozen: engines may come to refuse private fields on frozen ones. */
export function accept(value: object, as: Conversion): void {
  put(value, as)
}

function put(value: object, mark: Placed | Conversion): void {
  try {
    Mark.put(value, mark)
  } catch {
    unmarkable ??= new WeakMap()
    unmarkable.set(value, mark)
  }
}
