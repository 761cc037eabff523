/**
 * What was turned into JSON before, so that a known subtree costs one lookup. Every object in here is frozen, or its
 * JSON is: what is remembered stays true. Weak: it keeps nothing alive.
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

const accepted = new WeakMap<object, Accepted>()

/** What is known of an object. */
export function acceptedAs(value: object): Accepted | undefined {
  return accepted.get(value)
}

/** Remembers a frozen object. */
export function accept(value: object, as: Accepted): void {
  accepted.set(value, as)
}
