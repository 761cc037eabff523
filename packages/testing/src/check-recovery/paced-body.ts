/**
 * What time a user's own body takes: none while it works, whatever the real clock says; and what recording takes while it waits for
 * the record of a step, which comes only as time passes.
 */
import type { EffectBodyArgs } from '@refold/core/definition'
import type { VirtualTime } from '../simulation/virtual-time.js'

type Step = EffectBodyArgs['refold']['step']

export interface Pace {
  readonly time: VirtualTime
  /** A body that works for longer, in real time, is taken to wait for time to pass. */
  readonly patienceMs: number
  readonly onSlow: () => void
}

/** Runs the body with its arguments. */
export async function atItsPace(
  body: (args: EffectBodyArgs) => unknown,
  args: EffectBodyArgs,
  pace: Pace,
): Promise<unknown> {
  const work = new Work(pace)
  work.goOn()
  try {
    return await body(withMember(args, 'refold', withMember(args.refold, 'step', work.steps(args.refold.step))))
  } finally {
    work.rest()
  }
}

class Work {
  readonly #pace: Pace
  /** Steps whose own code runs. */
  #running = 0
  /** Steps that have not answered the body yet. */
  #asked = 0
  #rest: (() => void) | undefined

  constructor(pace: Pace) {
    this.#pace = pace
  }

  goOn(): void {
    if (this.#rest !== undefined) return
    const { time, patienceMs, onSlow } = this.#pace
    void time.track(
      new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          onSlow()
          resolve()
        }, patienceMs)
        this.#rest = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    )
  }

  rest(): void {
    this.#rest?.()
    this.#rest = undefined
  }

  steps(step: Step): Step {
    return async (name, run) => {
      this.#asked++
      try {
        return await step(name, async (given) => {
          this.#running++
          try {
            return await run(given)
          } finally {
            if (--this.#running === 0) this.rest()
          }
        })
      } finally {
        if (--this.#asked === 0) this.goOn()
      }
    }
  }
}

/** The same object with another member. A copy would ask for what is made only when it is asked for. */
function withMember<T extends object, K extends keyof T>(target: T, name: K, member: T[K]): T {
  return new Proxy(target, { get: (_, key) => (key === name ? member : Reflect.get(target, key, target)) })
}
