/** An observer of a store file from outside, as it changes: which records came, and when they were seen. */
import type { DirectoryEntry, Store, StoredEvent } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { sharedNow } from './fact.js'

export interface Seen {
  readonly event: StoredEvent
  /** Milliseconds of the clock that the processes share. */
  readonly at: number
}

/** `await using` closes it. */
export class StoreWatch implements AsyncDisposable {
  readonly #file: string
  readonly #store: Store
  readonly #seen: Seen[] = []
  readonly #looking = new Set<() => void>()
  readonly #following: Promise<void>

  constructor(file: string) {
    this.#file = file
    this.#store = sqliteStore(file)
    this.#following = this.#follow()
  }

  get seen(): readonly Seen[] {
    return this.#seen
  }

  /** All agents, as the directory has them now. */
  async agents(): Promise<readonly DirectoryEntry[]> {
    const entries: DirectoryEntry[] = []
    for await (const page of this.#store.directory.find()) entries.push(...page)
    return entries
  }

  /** Whether someone who asks now can write, or another one holds the file's lock for good. */
  async isWritable(): Promise<boolean> {
    const store = sqliteStore(this.#file, { busyTimeoutMs: 1_000 })
    try {
      await store.registers.put('asked', null)
      return true
    } catch {
      return false
    } finally {
      await store.close()
    }
  }

  /** Resolves with what the look finds: now, or when a later record is seen. `undefined` after the time. */
  until<T>(look: () => T | undefined, { withinMs }: { readonly withinMs: number }): Promise<T | undefined> {
    return new Promise((resolve) => {
      const end = (found: T | undefined): void => {
        clearTimeout(timer)
        this.#looking.delete(again)
        resolve(found)
      }
      const again = (): void => {
        const found = look()
        if (found !== undefined) end(found)
      }
      const timer = setTimeout(() => end(look()), withinMs)
      this.#looking.add(again)
      again()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close()
    await this.#following
  }

  async #follow(): Promise<void> {
    for await (const item of this.#store.subscribe({ all: true })) {
      if (item.kind !== 'event') continue
      this.#seen.push({ event: item.event, at: sharedNow() })
      for (const look of this.#looking) look()
    }
  }
}
