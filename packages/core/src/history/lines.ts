/** Records in a row, in columns. */
import type { RecordLines } from '../record/replay.js'

export interface Line {
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly kind: string
  readonly at: number
  /** The effect or the timer that it is about. */
  readonly about: string | undefined
  readonly owner: unknown
}

export class Lines implements RecordLines {
  readonly #first: number
  readonly #ids: string[] = []
  readonly #types: string[] = []
  readonly #kinds: string[] = []
  readonly #at: number[] = []
  readonly #about: (string | undefined)[] = []
  readonly #words = new Map<string, string>()

  constructor(first: number) {
    this.#first = first
  }

  push({ id, type, kind, at, about }: Line): void {
    this.#ids.push(id)
    this.#types.push(this.#word(type))
    this.#kinds.push(this.#word(kind))
    this.#at.push(at)
    this.#about.push(about)
  }

  idOf(revision: number): string {
    return this.#ids[revision - this.#first] as string
  }

  revisionOf(id: string): number | undefined {
    const at = this.#ids.lastIndexOf(id)
    return at < 0 ? undefined : this.#first + at
  }

  typeOf(revision: number): string {
    return this.#types[revision - this.#first] as string
  }

  kindOf(revision: number): string {
    return this.#kinds[revision - this.#first] as string
  }

  timeOf(revision: number): number {
    return this.#at[revision - this.#first] as number
  }

  aboutOf(revision: number): string | undefined {
    return this.#about[revision - this.#first]
  }

  #word(text: string): string {
    const known = this.#words.get(text)
    if (known !== undefined) return known
    this.#words.set(text, text)
    return text
  }
}
