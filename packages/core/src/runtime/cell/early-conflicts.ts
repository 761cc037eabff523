/**
 * Conflicts behind which nothing is to be read. A server compares revisions when it takes an append, and shows events when
 * they are stored: what is in the way comes soon. Where the stream is shorter than what was read of it, it never comes.
 */
import { RefoldError } from '../../errors.js'
import { lengthOf } from '../../record/revision.js'
import type { Expected } from '../../record/revision.js'
import type { World } from '../../world/world.js'
import { backoffMs, isPowerOfTwo } from '../../world/backoff.js'
import { pause } from '../../world/pause.js'
import type { Teller } from '../events/event-hub.js'

const LOOK_AGAIN = { delayMs: 4, factor: 2, maxDelayMs: 2_000, jitter: false }
/** So often it is as usual: 0.25 s in all. */
const USUAL_TIMES = 6

export class EarlyConflicts {
  readonly #stream: string
  readonly #world: World
  readonly #events: Teller
  #times = 0

  constructor(stream: string, { world, events }: { readonly world: World; readonly events: Teller }) {
    this.#stream = stream
    this.#world = world
    this.#events = events
  }

  /** It goes on for longer than is usual: no one knows whether it will ever end. */
  get lasts(): boolean {
    return this.#times > USUAL_TIMES
  }

  /** What was in the way has been read. */
  over(): void {
    this.#times = 0
  }

  /** Resolves when another look is worth it. Throws `UNREADABLE` when the store has less than this process has read. */
  async pause({ head, actual }: { readonly head: Expected; readonly actual: Expected }): Promise<void> {
    if (lengthOf(actual) < lengthOf(head)) throw goneBack(this.#stream, head)
    const times = ++this.#times
    if (this.lasts && isPowerOfTwo(times))
      this.#events.notice('warn', `what follows ${this.#stream}@${head} cannot be read yet`, { times })
    await pause(backoffMs(times, LOOK_AGAIN, this.#world.random), this.#world)
  }
}

function goneBack(stream: string, head: Expected): RefoldError {
  return new RefoldError('UNREADABLE', `${stream} does not hold revision ${head} any more, which was read before`, {
    hint: 'Was a backup put back under a running process? What is stored now counts.',
    facts: { stream, revision: head },
  })
}
