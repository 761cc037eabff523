/** One connection that takes messages of a group: no more at once than it asked for. */
import type { Message } from './message.js'
import { RequestTimes, type Measurement } from './request-times.js'

/** `ended`: its group was deleted, changed, or cannot read its source; `stopped`: the server stops. */
export type DropReason = 'ended' | 'stopped'

export interface Connection {
  /** Messages that may be unanswered. */
  readonly capacity: number
  readonly name: string
  readonly user: string
  /** Whether it takes what is sent; later `Group.offer` is called. */
  isReady(): boolean
  send(message: Message): void
  drop(reason: DropReason): void
}

export interface ConsumerStatistics {
  readonly name: string
  readonly user: string
  readonly total: number
  readonly sinceLast: number
  readonly slots: number
  readonly inFlight: number
  readonly measurements: readonly Measurement[]
}

export class Consumer {
  readonly connection: Connection
  readonly inFlight = new Map<string, Message>()
  readonly #times: RequestTimes | undefined
  #total = 0
  #reported = 0

  constructor(connection: Connection, { measures }: { readonly measures: boolean }) {
    this.connection = connection
    this.#times = measures ? new RequestTimes() : undefined
  }

  get slots(): number {
    return this.connection.capacity - this.inFlight.size
  }

  /** `false`: it takes nothing for now. */
  offer(message: Message): boolean {
    if (this.slots <= 0 || !this.connection.isReady()) return false
    this.inFlight.set(message.id, message)
    this.#total++
    this.#times?.begin(message.id)
    this.connection.send(message)
    return true
  }

  /** The message was answered, or is waited for no more. */
  release(id: string): void {
    this.#times?.end(id)
    this.inFlight.delete(id)
  }

  statistics(): ConsumerStatistics {
    const sinceLast = this.#total - this.#reported
    this.#reported = this.#total
    const { name, user } = this.connection
    const measurements = this.#times?.measurements() ?? []
    return { name, user, total: this.#total, sinceLast, slots: this.slots, inFlight: this.inFlight.size, measurements }
  }
}
