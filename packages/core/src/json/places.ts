/**
 * Where a patch may copy from in the state itself: an effect's input that is the context's array becomes a `copy`, not a
 * second text. A copy reads the document as it stands at that operation, so a place is known only while it stands:
 * - a *landmark* (a context) is complete: no later operation of the patch touches it;
 * - a *standing* object is being changed: its members stand as before until they are marked as touched.
 *
 * Looking costs a few comparisons for each member of the places, within a budget for each patch; what is not found
 * within it is stored again, which is longer but not wrong.
 */
import { isContainer, isJsonArray, type JsonContainer, type JsonValue } from './json-value.js'
import { isFindable } from './payload-index.js'
import { escapeToken } from './pointer.js'

/** Comparisons for each patch, all places together. */
const BUDGET = 50_000
/** Levels of objects below a place that are looked at; arrays end the descent. */
const LEVELS = 2
/** A base for an array is looked for by one of its first items. */
const LEADING_ITEMS = 3

interface Place {
  readonly path: string
  readonly value: JsonContainer
  /** Keys that stand no longer as before; absent: a landmark. */
  readonly touched?: Set<string>
}

/** An array of the state that has much in common with another. */
export interface Base {
  readonly path: string
  readonly value: readonly JsonValue[]
}

/** The places of one patch. */
export class Places {
  #places: Place[] = []
  #budget = BUDGET

  /** What is complete and may be copied from now on. */
  addLandmark(path: string, value: JsonValue | undefined): void {
    if (isContainer(value)) this.#places.push({ path, value })
  }

  /** It is about to be changed: nothing is copied from it any more. */
  forget(path: string): void {
    this.#places = this.#places.filter((place) => place.path !== path)
  }

  /** An object that is about to be changed. The returned set takes the keys that are touched; `leave` ends it. */
  enter(path: string, value: JsonContainer): Set<string> {
    const touched = new Set<string>()
    this.#places.push({ path, value, touched })
    return touched
  }

  leave(): void {
    this.#places.pop()
  }

  /** Where the value stands in the state now. */
  find(value: JsonContainer | string): string | undefined {
    for (const place of this.#places) {
      if (place.touched === undefined && place.value === value) return place.path
      const path = this.#findBelow(place, value, LEVELS)
      if (path !== undefined) return path
    }
    return undefined
  }

  /** An array that stands in the state now and has more in common with the value than not, in the same order. */
  findBase(value: readonly JsonValue[]): Base | undefined {
    if (value.length < 2) return undefined
    for (const place of this.#places) {
      const base = this.#findBaseBelow(place, value, LEVELS)
      if (base !== undefined) return base
    }
    return undefined
  }

  #findBelow(place: Place, value: JsonValue, levels: number): string | undefined {
    const { path, value: container, touched } = place
    if (isJsonArray(container)) {
      if (!this.#spend(container.length)) return undefined
      const at = container.indexOf(value)
      return at < 0 ? undefined : `${path}/${at}`
    }
    const keys = Object.keys(container)
    if (!this.#spend(keys.length)) return undefined
    for (const key of keys)
      if (container[key] === value && touched?.has(key) !== true) return `${path}/${escapeToken(key)}`
    if (levels === 0) return undefined
    for (const key of keys) {
      const member = container[key]
      if (!isContainer(member) || touched?.has(key) === true) continue
      const found = this.#findBelow({ path: `${path}/${escapeToken(key)}`, value: member }, value, levels - 1)
      if (found !== undefined) return found
    }
    return undefined
  }

  #findBaseBelow(place: Place, value: readonly JsonValue[], levels: number): Base | undefined {
    const { path, value: container, touched } = place
    if (isJsonArray(container))
      return this.#spend(container.length) && isBaseFor(container, value) ? { path, value: container } : undefined
    if (levels < 0) return undefined
    for (const key of Object.keys(container)) {
      const member = container[key]
      if (!isContainer(member) || touched?.has(key) === true) continue
      const base = this.#findBaseBelow({ path: `${path}/${escapeToken(key)}`, value: member }, value, levels - 1)
      if (base !== undefined) return base
    }
    return undefined
  }

  #spend(comparisons: number): boolean {
    this.#budget -= comparisons + 1
    return this.#budget >= 0
  }
}

/** Whether a run of at least two items, and at least half of the base, stands in the value too. */
function isBaseFor(base: readonly JsonValue[], value: readonly JsonValue[]): boolean {
  for (let lead = 0; lead < LEADING_ITEMS && lead < value.length; lead++) {
    const item = value[lead] as JsonValue
    const start = isFindable(item) ? base.indexOf(item) : -1
    if (start < 0) continue
    let run = 0
    while (lead + run < value.length && start + run < base.length && value[lead + run] === base[start + run]) run++
    return run >= 2 && run * 2 >= base.length
  }
  return false
}
