/** The ways in which a group chooses who gets a message, by the real server's names. */
import type { ConsumerStrategy } from './consumer-strategy.js'
import type { Consumer } from './consumer.js'
import type { Message } from './message.js'
import { PinnedStrategy } from './pinned-strategy.js'
import { correlationOf, sourceStreamOf } from './pinning.js'

const STRATEGIES: Readonly<Record<string, () => ConsumerStrategy>> = {
  RoundRobin: () => new InTurn({ staysWithOne: false }),
  DispatchToSingle: () => new InTurn({ staysWithOne: true }),
  Pinned: () => new PinnedStrategy(sourceStreamOf),
  PinnedByCorrelation: () => new PinnedStrategy((message) => correlationOf(message) ?? sourceStreamOf(message)),
}

export function isConsumerStrategy(name: string): boolean {
  return Object.hasOwn(STRATEGIES, name)
}

/** `undefined`: there is none of this name. */
export function consumerStrategy(name: string): ConsumerStrategy | undefined {
  return isConsumerStrategy(name) ? STRATEGIES[name]?.() : undefined
}

/** All in turn, each message the next; or one until it takes no more. */
class InTurn implements ConsumerStrategy {
  readonly #staysWithOne: boolean
  #consumers: readonly Consumer[] = []

  constructor({ staysWithOne }: { readonly staysWithOne: boolean }) {
    this.#staysWithOne = staysWithOne
  }

  add(consumer: Consumer): void {
    this.#consumers = [...this.#consumers, consumer]
  }

  remove(consumer: Consumer): void {
    this.#consumers = this.#consumers.filter((known) => known !== consumer)
  }

  offer(message: Message): Consumer | 'full' {
    const at = this.#consumers.findIndex((consumer) => consumer.offer(message))
    const taker = this.#consumers[at]
    if (taker === undefined) return 'full'
    const next = this.#staysWithOne ? at : at + 1
    this.#consumers = [...this.#consumers.slice(next), ...this.#consumers.slice(0, next)]
    return taker
  }
}
