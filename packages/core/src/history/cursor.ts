/** A place in a history that moves: steps, jumps, scans. Reads only. */
import { RefoldError } from '../errors.js'
import type { StateDocument } from '../record/state-document.js'
import type { HistoryMoment } from './history-types.js'
import type { Walk } from './walk.js'

/** What a cursor asks of its history. */
export interface CursorHost {
  /** Throws `NOT_FOUND` for a point that is not there, and why the fold ends before it. */
  resolve(moment: HistoryMoment): number
  readonly first: number
  /** The newest revision with a state. */
  readonly lastState: number
  /** A value as it may be shown. */
  hide<T>(value: T): T
}

/** Moves through the states of an agent. Moves that are asked for at once are made one after another. */
export class HistoryCursor {
  readonly #host: CursorHost
  readonly #walk: Walk
  #moves: Promise<unknown> = Promise.resolve()

  constructor(host: CursorHost, walk: Walk) {
    this.#host = host
    this.#walk = walk
  }

  /** Where it stands; -1 before its first move. */
  get revision(): number {
    return this.#walk.revision
  }

  /** The state there, for a look: the next move writes to it. Throws `INVALID_INPUT` before the first move. */
  get state(): StateDocument {
    return this.#host.hide(this.#walk.view ?? nowhere())
  }

  /** The state there; it stays as it is. */
  snapshot(): StateDocument {
    return this.#host.hide(this.#walk.state() ?? nowhere())
  }

  /**
   * Jumps. Rejects with `NOT_FOUND`, `INVALID_INPUT`, or why the history cannot be folded so far, and stays where it is; with what
   * the source says, and stands where it has come to.
   */
  to(moment: HistoryMoment): Promise<void> {
    return this.#next(() => this.#walk.to(this.#host.resolve(moment)))
  }

  /** One record on. `false`: it stands at the end. */
  forward(): Promise<boolean> {
    return this.#next(async () => {
      const next = Math.max(this.#walk.revision + 1, this.#host.first)
      if (next > this.#host.lastState) return false
      await this.#walk.to(next)
      return true
    })
  }

  /** One record back. `false`: it stands at the first, or nowhere. */
  back(): Promise<boolean> {
    return this.#next(async () => {
      if (this.#walk.revision <= this.#host.first) return false
      await this.#walk.to(this.#walk.revision - 1)
      return true
    })
  }

  #next<T>(move: () => Promise<T>): Promise<T> {
    const moved = this.#moves.then(move)
    this.#moves = moved.catch(() => {}) // the one who asked for it is told
    return moved
  }
}

function nowhere(): never {
  throw new RefoldError('INVALID_INPUT', 'the cursor stands nowhere yet', {
    hint: 'Move it first: `await cursor.to(0)`.',
  })
}
