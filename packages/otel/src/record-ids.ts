/** Gives spans of records the ids that the records give them, and all others random ones. */
import type { Place } from './span-shape.js'

/**
 * What an SDK calls an id generator: give it to your `TracerProvider` and to `createTelemetry`. Spans that are not Refold's get
 * random ids.
 */
export class RecordIds {
  #next: Place | undefined
  #isAsked = false

  /** Whether a provider takes its ids from here. */
  get isAsked(): boolean {
    return this.#isAsked
  }

  /** For `createTelemetry`: the span that is made meanwhile has these ids. */
  giving<T>(place: Place, make: () => T): T {
    this.#next = place
    try {
      return make()
    } finally {
      this.#next = undefined
    }
  }

  /** As an SDK asks for it. */
  generateTraceId(): string {
    return this.#given()?.traceId ?? randomHex(16)
  }

  /** As an SDK asks for it. */
  generateSpanId(): string {
    return this.#given()?.spanId ?? randomHex(8)
  }

  #given(): Place | undefined {
    if (this.#next !== undefined) this.#isAsked = true
    return this.#next
  }
}

function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes))
  random[0] = (random[0] ?? 0) | 1 // no id is zero
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
