/** All records of an agent in columns, as the skeleton tells them: what lists, the minimap and the lanes are drawn from. */
import type { Skeleton } from '../../contract/agent.js'

/** What a record is for the eye: each has a colour and a sign of its own. */
export const CATEGORIES = [
  'outside',
  'done',
  'failed',
  'effect',
  'timer',
  'message',
  'owner',
  'control',
  'doubt',
] as const
export type Category = (typeof CATEGORIES)[number]

const BY_KIND: Readonly<Record<string, Category>> = {
  started: 'outside',
  forked: 'outside',
  event: 'outside',
  message: 'message',
  'message.refused': 'failed',
  'message.acknowledged': 'message',
  'message.undelivered': 'failed',
  'effect.started': 'effect',
  'effect.done': 'done',
  'attempt.failed': 'failed',
  'effect.failed': 'failed',
  'effect.event': 'effect',
  'effect.next': 'effect',
  'effect.step': 'effect',
  'effect.doubted': 'doubt',
  'effect.resolved': 'control',
  'actor.event': 'message',
  'timer.fired': 'timer',
  claimed: 'owner',
  released: 'owner',
  cleared: 'owner',
}

/** Of a record's kind; what no one knows is a matter of control. */
export function categoryOf(kind: string): Category {
  return BY_KIND[kind] ?? 'control'
}

export interface ColumnRecord {
  readonly revision: number
  readonly type: string
  readonly kind: string
  readonly category: Category
  readonly at: number
  /** Milliseconds after the one before. */
  readonly after: number
  readonly about: string | undefined
}

export class Columns {
  first = 0
  readonly #types: string[] = []
  readonly #kinds: string[] = []
  readonly #at: number[] = []
  readonly #about: (string | undefined)[] = []

  get length(): number {
    return this.#types.length
  }

  get last(): number {
    return this.first + this.length - 1
  }

  /** What is known already is passed over; `false`: something is missing between, and nothing was taken. */
  add({ from, words, types, kinds, at, after, about }: Skeleton): boolean {
    if (this.length === 0) this.first = from
    if (from > this.last + 1) return false
    let time = at
    for (const [index, type] of types.entries()) {
      if (index > 0) time += after[index] ?? 0
      if (from + index <= this.last) continue
      this.#types.push(words[type] ?? '')
      this.#kinds.push(words[kinds[index] ?? -1] ?? '')
      this.#at.push(time)
      this.#about.push(words[about[index] ?? -1])
    }
    return true
  }

  get(revision: number): ColumnRecord | undefined {
    const index = revision - this.first
    const kind = this.#kinds[index]
    const at = this.#at[index]
    if (kind === undefined || at === undefined) return undefined
    const about = this.#about[index]
    const after = at - (this.#at[index - 1] ?? at)
    return { revision, type: this.#types[index] ?? '', kind, category: categoryOf(kind), at, after, about }
  }

  at(revision: number): number {
    return this.#at[revision - this.first] ?? 0
  }

  kind(revision: number): string {
    return this.#kinds[revision - this.first] ?? ''
  }

  /** Revisions whose type, kind or effect holds every word; `undefined`: all do. */
  matching(text: string): readonly number[] | undefined {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return undefined
    const known = new Map<string, boolean>()
    const fits = (index: number): boolean => {
      const line = `${this.#types[index]} ${this.#kinds[index]} ${categoryOf(this.#kinds[index] ?? '')}`
      const isKnown = known.get(line)
      if (isKnown !== undefined) return isKnown
      const holds = words.every((word) => line.toLowerCase().includes(word))
      known.set(line, holds)
      return holds
    }
    const found: number[] = []
    for (let index = 0; index < this.length; index++)
      if (fits(index) || words.every((word) => this.#about[index] === word)) found.push(this.first + index)
    return found
  }
}
