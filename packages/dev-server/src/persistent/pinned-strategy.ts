/**
 * Messages of one stream, or of one correlation, go to one consumer as long as it is there. Streams share buckets; buckets
 * move only when a consumer comes or goes, and no more of them than is needed.
 */
import type { Consumer } from './consumer.js'
import type { ConsumerStrategy } from './consumer-strategy.js'
import type { Message } from './message.js'

/** As many as the real server has. */
const BUCKETS = 1024

export class PinnedStrategy implements ConsumerStrategy {
  readonly #keyOf: (message: Message) => string
  readonly #buckets = new Map<Consumer, Set<number>>()
  readonly #owners = new Map<number, Consumer>()

  constructor(keyOf: (message: Message) => string) {
    this.#keyOf = keyOf
  }

  /** The new one gets its share of the buckets, those first of which no message is on its way. */
  add(consumer: Consumer): void {
    this.#buckets.set(consumer, new Set())
    const share = Math.ceil(this.#owners.size / this.#buckets.size)
    for (const [other, buckets] of this.#buckets) {
      if (other === consumer || buckets.size <= share) continue
      const busy = new Set([...other.inFlight.values()].map((message) => this.#bucketOf(message)))
      const idleFirst = [...buckets].toSorted((a, b) => Number(busy.has(a)) - Number(busy.has(b)))
      for (const bucket of idleFirst.slice(0, buckets.size - share)) this.#assign(bucket, consumer)
    }
  }

  remove(consumer: Consumer): void {
    for (const bucket of this.#buckets.get(consumer) ?? []) this.#owners.delete(bucket)
    this.#buckets.delete(consumer)
  }

  offer(message: Message): Consumer | 'passed over' | 'full' {
    if (![...this.#buckets.keys()].some((consumer) => consumer.slots > 0)) return 'full'
    const bucket = this.#bucketOf(message)
    const owner = this.#owners.get(bucket) ?? this.#assign(bucket, this.#leastBurdened())
    if (owner === undefined) return 'full'
    return owner.offer(message) ? owner : 'passed over'
  }

  #assign(bucket: number, consumer: Consumer | undefined): Consumer | undefined {
    const owner = this.#owners.get(bucket)
    if (owner !== undefined) this.#buckets.get(owner)?.delete(bucket)
    if (consumer === undefined) return undefined
    this.#owners.set(bucket, consumer)
    this.#buckets.get(consumer)?.add(bucket)
    return consumer
  }

  #leastBurdened(): Consumer | undefined {
    let least: Consumer | undefined
    let fewest = Infinity
    for (const [consumer, { size }] of this.#buckets) {
      if (size >= fewest) continue
      least = consumer
      fewest = size
    }
    return least
  }

  #bucketOf(message: Message): number {
    return hashOf(this.#keyOf(message)) % BUCKETS
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
