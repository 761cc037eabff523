/**
 * States of a history at some of its revisions, from which any other is near. What they hold beside each other is bounded: where
 * states are large, fewer are kept, and the way to a revision is longer.
 */
import { isContainer, isJsonArray, type JsonValue } from '../json/json-value.js'
import type { StateDocument } from '../record/state-document.js'

export interface Keyframe {
  readonly revision: number
  /** Shared with other keyframes where nothing changed: never written. */
  readonly state: StateDocument
}

/** Records between two keyframes, unless there is too much to keep: on the way between them each record is read and folded. */
const SPACING = 64
/** Roughly the bytes that all of them hold. */
const MAX_WEIGHT = 48 * 1024 * 1024

export interface KeyframesOptions {
  /** Bytes that they hold, roughly. */
  readonly maxWeight?: number
  /** Records between two of them. */
  readonly spacing?: number
}

export class Keyframes {
  readonly #maxWeight: number
  #frames: (Keyframe & { readonly weight: number })[] = []
  #spacing: number
  #weight = 0

  constructor({ maxWeight = MAX_WEIGHT, spacing = SPACING }: KeyframesOptions = {}) {
    this.#maxWeight = maxWeight
    this.#spacing = spacing
  }

  get count(): number {
    return this.#frames.length
  }

  wants(revision: number): boolean {
    return revision % this.#spacing === 0
  }

  /** Called for each revision in turn. `take` gives the state after it. */
  offer(revision: number, take: () => StateDocument | undefined): void {
    if (!this.wants(revision)) return
    const state = take()
    if (state === undefined) return
    this.#push({ revision, state })
    while (this.#weight > this.#maxWeight && this.#frames.length > 1) this.#thin()
  }

  /** Those of revisions behind its last one. */
  extend(more: Keyframes): void {
    for (const { revision, state } of more.#frames) this.offer(revision, () => state)
  }

  /** The newest at or before a revision. */
  before(revision: number): Keyframe | undefined {
    let low = 0
    let high = this.#frames.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#frames[middle] as Keyframe).revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#frames[low - 1]
  }

  #push(frame: Keyframe): void {
    const weight = weightBeside(this.#frames.at(-1)?.state, frame.state)
    this.#frames.push({ ...frame, weight })
    this.#weight += weight
  }

  /** Keeps every second one. */
  #thin(): void {
    this.#spacing *= 2
    const kept = this.#frames.filter(({ revision }) => revision % this.#spacing === 0)
    this.#frames = []
    this.#weight = 0
    for (const frame of kept) this.#push(frame)
  }
}

/** Roughly the bytes of a state that another one does not hold in the same place. */
export function weightBeside(before: StateDocument | undefined, state: StateDocument): number {
  return weightOf(asJson(before), asJson(state))
}

function asJson(state: StateDocument | undefined): JsonValue | undefined {
  return state as unknown as JsonValue | undefined // an interface has no index signature; the document is JSON
}

function weightOf(before: JsonValue | undefined, value: JsonValue | undefined): number {
  if (before === value) return 0
  if (typeof value === 'string') return value.length
  if (!isContainer(value)) return 0
  const old = isContainer(before) ? (before as { readonly [key: string]: JsonValue }) : NONE
  if (isJsonArray(value)) {
    let weight = 16 + 8 * value.length
    for (let at = 0; at < value.length; at++) weight += weightOf(old[at], value[at])
    return weight
  }
  let weight = 16
  for (const key of Object.keys(value)) weight += 16 + weightOf(old[key], value[key])
  return weight
}

const NONE: { readonly [key: string]: JsonValue } = {}
