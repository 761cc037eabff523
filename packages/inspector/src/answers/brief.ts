/** A value in some words: the beginning of its JSON, made without making the rest. */
import type { JsonValue } from '@refold/core/record'

/** At most so many characters, the last one `…` where there is more. */
export function brief(value: JsonValue | undefined, most = 120): string {
  if (value === undefined) return ''
  const text = new Text(most)
  text.write(value)
  return text.all
}

class Text {
  all = ''
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get isFull(): boolean {
    return this.all.length >= this.#most
  }

  write(value: JsonValue): void {
    if (this.isFull) return
    if (typeof value === 'string') this.#add(JSON.stringify(value.slice(0, this.#most)))
    else if (typeof value !== 'object' || value === null) this.#add(String(value))
    else if (Array.isArray(value)) this.#list('[]', value as readonly JsonValue[], (item) => this.write(item))
    else
      this.#list('{}', Object.keys(value), (key) => {
        this.#add(`${JSON.stringify(key.slice(0, this.#most))}:`)
        this.write((value as { readonly [key: string]: JsonValue })[key] as JsonValue)
      })
  }

  #list<T>(around: string, items: readonly T[], write: (item: T) => void): void {
    this.#add(around[0] ?? '')
    for (const [index, item] of items.entries()) {
      if (this.isFull) return
      if (index > 0) this.#add(',')
      write(item)
    }
    this.#add(around[1] ?? '')
  }

  #add(text: string): void {
    if (this.isFull) return
    const whole = this.all + text
    this.all = whole.length <= this.#most ? whole : `${whole.slice(0, this.#most - 1)}…`
  }
}
