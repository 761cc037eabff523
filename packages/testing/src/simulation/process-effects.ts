/** Effect bodies of a simulated process: what they do is logged outside, and they end with their process. */
import type { EffectArgs, JsonValue } from '@refold/core'
import type { EffectWorld } from './effect-world.js'
import { never } from './process-life.js'
import type { ProcessLife } from './process-life.js'
import type { SimulatedClock } from './simulated-clock.js'
import type { Author } from './simulated-disk.js'

/** What a simulated body is given, beside the arguments of every effect. */
export interface SimulatedBodyArgs<I> extends EffectArgs<I> {
  readonly process: string
  /** By the process's clock. Rejects when the effect is aborted. */
  readonly sleep: (durationMs: number) => Promise<void>
  /** As a call that cannot be called back: aborting does not end it. */
  readonly sleepDeaf: (durationMs: number) => Promise<void>
  /** The outside world does it, once per key; the result is the first one. */
  readonly perform: <T>(output: T) => T
  /** SIGKILL to the own process. */
  readonly killProcess: () => void
}

/** The body of an effect in a simulated process: it sleeps, performs and kills by what it is given, never by real time. */
export type SimulatedBody<I, O> = (args: SimulatedBodyArgs<I>) => Promise<O> | O

export interface ProcessEffectsOptions {
  readonly author: Author
  readonly life: ProcessLife
  readonly clock: SimulatedClock
  readonly world: EffectWorld
  readonly onKill: (why: string) => void
}

/** Makes the bodies of the definitions of one incarnation of a process. */
export class ProcessEffects {
  readonly #options: ProcessEffectsOptions

  constructor(options: ProcessEffectsOptions) {
    this.#options = options
  }

  get clock(): SimulatedClock {
    return this.#options.clock
  }

  get process(): string {
    return this.#options.author.process
  }

  /** A body for `effect()`, under the name that the log gives it. */
  body<I, O>(src: string, run: SimulatedBody<I, O>): (args: EffectArgs<I>) => Promise<O> {
    const { author, life, world } = this.#options
    return async (args) => {
      if (life.dead) return never()
      const { key, attempt } = args
      const body = world.begin({ author, src, key, attempt, input: args.input as JsonValue | undefined })
      try {
        const output = await run(this.#argsFor(src, args))
        if (life.dead) return await never()
        world.end(body, { output })
        return output
      } catch (error) {
        if (life.dead) return await never()
        world.end(body, { error })
        throw error
      }
    }
  }

  /** Asks the outside world what became of an attempt: the `reconcile` of a reconcilable effect. */
  reconcile<O>(src: string): (interrupted: { key: string }) => Promise<{ output: O } | 'not-done'> {
    const { author, life, world } = this.#options
    return async ({ key }) => {
      if (life.dead) return never()
      const found = world.resultOf(key)
      world.noteReconciled({ author, src, key, answer: found === undefined ? 'not-done' : 'done' })
      return found === undefined ? 'not-done' : { output: found.output as O }
    }
  }

  #argsFor<I>(src: string, args: EffectArgs<I>): SimulatedBodyArgs<I> {
    const { author, clock, world, onKill } = this.#options
    const { key } = args
    const own: Omit<SimulatedBodyArgs<I>, keyof EffectArgs<I>> = {
      process: author.process,
      sleep: (durationMs) => abortableSleep(clock, { durationMs, signal: args.signal }),
      sleepDeaf: (durationMs) => new Promise((resolve) => clock.setTimer(resolve, durationMs)),
      perform: (output) => world.perform({ key, src, output }),
      killProcess: () => onKill(`the body of ${src} killed it`),
    }
    // The getter of the signal as it is: only when the body looks at it does an abort make its answer none.
    return Object.defineProperties(own, Object.getOwnPropertyDescriptors(args)) as SimulatedBodyArgs<I>
  }
}

function abortableSleep(
  clock: SimulatedClock,
  { durationMs, signal }: { readonly durationMs: number; readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel()
      reject(new DOMException('the effect was aborted', 'AbortError'))
    }
    const cancel = clock.setTimer(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, durationMs)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
