/** Agents whose present state fits conditions. Each of them is read: what the directory knows is asked first. */
import type { Codec } from '@refold/core'
import { readState } from '@refold/core/history'
import { isRefoldError } from '@refold/core/store'
import type { DirectoryEntry, Store } from '@refold/core/store'
import { predicateOf } from '@refold/inspector/answers'

export class WhereFilter {
  readonly #fits: ReturnType<typeof predicateOf>
  readonly #unread: string[] = []

  /** Throws `INVALID_INPUT` for what is no condition. */
  constructor(conditions: readonly string[]) {
    this.#fits = predicateOf(conditions)
  }

  /** One whose state cannot be read does not fit, and is named by `note`. */
  async fits({ stream }: DirectoryEntry, opened: { store: Store; codecs: readonly Codec[] }): Promise<boolean> {
    try {
      const { document, revision } = await readState(opened.store, stream, { codecs: opened.codecs })
      return this.#fits(document, { revision })
    } catch (error) {
      if (!isRefoldError(error, 'UNREADABLE') && !isRefoldError(error, 'NEWER_FORMAT')) throw error
      this.#unread.push(stream)
      return false
    }
  }

  get note(): string | undefined {
    const [first] = this.#unread
    if (first === undefined) return undefined
    const others = this.#unread.length === 1 ? '' : ` and ${this.#unread.length - 1} more`
    return `not looked at, as they cannot be read: ${first}${others}; \`refold doctor\` says why`
  }
}
