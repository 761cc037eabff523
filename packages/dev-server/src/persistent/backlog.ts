/** The messages of a group that wait for a consumer: those to be delivered again first. */
import type { Message, Order } from './message.js'

/** `sent`: gone from the backlog; `passed over`: another one may be sent; `full`: none may. */
export type Offered = 'sent' | 'passed over' | 'full'

export class Backlog {
  readonly #again: Message[] = []
  readonly #read: Message[] = []

  get readCount(): number {
    return this.#read.length
  }

  get retryCount(): number {
    return this.#again.length
  }

  get count(): number {
    return this.#read.length + this.#again.length
  }

  add(message: Message): void {
    this.#read.push(message)
  }

  /** In the order of the source; those that were parked come last. */
  addAgain(message: Message): void {
    const sequence = message.order?.sequence ?? Infinity
    const at = this.#again.findIndex(({ order }) => order !== undefined && order.sequence > sequence)
    this.#again.splice(at < 0 ? this.#again.length : at, 0, message)
  }

  offer(deliver: (message: Message) => Offered): void {
    if (offerEach(this.#again, deliver)) offerEach(this.#read, deliver)
  }

  /** The first in the source. */
  lowest(): Order | undefined {
    const again = this.#again.find(({ order }) => order !== undefined)?.order
    return earlier(again, this.#read[0]?.order)
  }
}

/** The one that stands first in the source. */
export function earlier(a: Order | undefined, b: Order | undefined): Order | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.sequence < b.sequence ? a : b
}

/** `false`: no more can be delivered. */
function offerEach(messages: Message[], deliver: (message: Message) => Offered): boolean {
  let at = 0
  for (;;) {
    const message = messages[at]
    if (message === undefined) return true
    switch (deliver(message)) {
      case 'sent':
        messages.splice(at, 1)
        break
      case 'passed over':
        at++
        break
      case 'full':
        return false
    }
  }
}
