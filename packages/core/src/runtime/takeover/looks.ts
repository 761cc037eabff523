/**
 * Looks at agents, each for itself: one whose stream cannot be read for now, or not in a moment, keeps no other waiting.
 *
 * Invariants: one look an agent at a time, and after it one more, if it was asked for meanwhile; looks that take long are
 * bounded in number, and beyond it are waited for.
 */
import type { World } from '../../world/world.js'

/** So long a look is waited for. */
const PATIENCE_MS = 250
/** The first look of a process tells what it found: it waits longer, and not for ever. */
export const FIRST_PATIENCE_MS = 5_000
/** Looks that go on although no one waits for them. */
const MOST_LATE = 256

type Look = () => Promise<unknown>

interface Running {
  next: Look | undefined
}

export class Looks {
  readonly #world: World
  readonly #running = new Map<string, Running>()
  #late = 0

  constructor(world: World) {
    this.#world = world
  }

  /** Resolves when the look is done, or its time is over: it then goes on by itself. `look` never rejects. */
  async at(
    stream: string,
    look: Look,
    { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
  ): Promise<void> {
    const running = this.#running.get(stream)
    if (running !== undefined) {
      running.next = look
      return
    }
    const done = this.#run(stream, look)
    if (this.#late >= MOST_LATE || (await this.#isInTime(done, patienceMs))) return done
    this.#late++
    void done.finally(() => this.#late--)
  }

  async #run(stream: string, look: Look): Promise<void> {
    const running: Running = { next: look }
    this.#running.set(stream, running)
    try {
      for (let next = running.next; next !== undefined; next = running.next) {
        running.next = undefined
        await next()
      }
    } finally {
      this.#running.delete(stream)
    }
  }

  #isInTime(done: Promise<void>, patienceMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const cancel = this.#world.clock.setTimer(() => resolve(false), patienceMs)
      done.finally(cancel).then(() => resolve(true), reject)
    })
  }
}
