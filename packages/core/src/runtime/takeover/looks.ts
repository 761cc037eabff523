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
  /** When this look and the one after it are done. */
  done: Promise<void>
}

export class Looks {
  readonly #world: World
  readonly #running = new Map<string, Running>()
  #late = 0

  constructor(world: World) {
    this.#world = world
  }

  /**
   * Resolves when the look is done, or its time is over: it then goes on by itself. One that follows another is not waited for,
   * unless so long is asked for. `look` never rejects.
   */
  async at(stream: string, look: Look, { patienceMs }: { readonly patienceMs?: number } = {}): Promise<void> {
    const running = this.#running.get(stream)
    if (running !== undefined) {
      running.next = look
      if (patienceMs !== undefined) await this.#isInTime(running.done, patienceMs)
      return
    }
    const done = this.#begin(stream, look)
    if (this.#late >= MOST_LATE || (await this.#isInTime(done, patienceMs ?? PATIENCE_MS))) return done
    this.#late++
    void done.finally(() => this.#late--)
  }

  #begin(stream: string, look: Look): Promise<void> {
    const running: Running = { next: look, done: Promise.resolve() }
    this.#running.set(stream, running)
    running.done = this.#run(stream, running)
    return running.done
  }

  async #run(stream: string, running: Running): Promise<void> {
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
