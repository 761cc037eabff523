/** Forks of the random simulation: asked for once while all goes wrong, and again when it does not. */
import { isRefoldError } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import type { SeededRandom } from '../simulation/seeded-random.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'

/** An agent of a run. */
export interface Subject {
  readonly name: string
  readonly id: string
}

interface Request {
  readonly from: string
  readonly options: { readonly as: string; readonly at?: number; readonly timers: 'keep' | 'shift' }
}

export class ForkedSubjects {
  readonly #random: SeededRandom
  readonly #requests = new Map<string, Request>()

  constructor(random: SeededRandom) {
    this.#random = random
  }

  /** Whatever becomes of it. */
  begin(process: SimulatedProcess, { name, id: from }: Subject): Subject {
    const id = `${from}f${this.#requests.size}`
    const at = this.#random.chance(0.3) ? undefined : this.#random.between(0, 12)
    const timers = this.#random.pick(['keep', 'shift'] as const) // without its timers it might never end
    const request = { from, options: { as: id, timers, ...(at === undefined ? undefined : { at }) } }
    this.#requests.set(id, request)
    fork(process, name, request).catch(() => undefined)
    return { name, id }
  }

  /** The same fork; nothing where its origin has no such record, or had ended there. `undefined`: the subject is no fork. */
  again(process: SimulatedProcess, { name, id }: Subject): Promise<AnyAgent | undefined> | undefined {
    const request = this.#requests.get(id)
    return request === undefined
      ? undefined
      : fork(process, name, request).catch((error: unknown) => {
          if (isRefoldError(error, 'NOT_FOUND') || isRefoldError(error, 'NOT_ACTIVE')) return undefined
          throw error
        })
  }
}

function fork(process: SimulatedProcess, name: string, { from, options }: Request): Promise<AnyAgent> {
  return process.perform((runtime) => runtime.fork(process.definition(name), from, options) as Promise<AnyAgent>)
}
