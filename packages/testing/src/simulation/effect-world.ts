/**
 * The world outside, where effects happen: an append-only log of every body that began and ended, kept apart from the
 * runtime, so that what the runtime promises can be checked against what really happened.
 */
import type { JsonValue } from '@refold/core'
import type { Author } from './simulated-disk.js'
import type { VirtualTime } from './virtual-time.js'

/** A body began. */
export interface BodyBegan {
  readonly kind: 'began'
  readonly body: number
  readonly author: Author
  readonly src: string
  readonly key: string
  readonly attempt: number
  readonly input: JsonValue | undefined
  readonly at: number
  readonly order: number
}
/** A body came to its end. One whose process died before has no such entry. */
export interface BodyEnded {
  readonly kind: 'ended'
  readonly body: number
  readonly at: number
  readonly order: number
  readonly result: { readonly output: unknown } | { readonly error: unknown }
}
/** The outside world did what was asked: from here on it cannot be undone. */
export interface Happened {
  readonly kind: 'happened'
  readonly key: string
  readonly src: string
  readonly output: unknown
  readonly at: number
  readonly order: number
}
/** Someone asked what became of an attempt. */
export interface Reconciled {
  readonly kind: 'reconciled'
  readonly author: Author
  readonly src: string
  readonly key: string
  readonly answer: string
  readonly at: number
  readonly order: number
}
export type EffectLogEntry = BodyBegan | BodyEnded | Happened | Reconciled

/** The log of one simulation. */
export class EffectWorld {
  readonly log: EffectLogEntry[] = []
  readonly #time: VirtualTime
  readonly #results = new Map<string, unknown>()
  #bodies = 0

  constructor(time: VirtualTime) {
    this.#time = time
  }

  begin(body: Omit<BodyBegan, 'kind' | 'body' | 'at' | 'order'>): number {
    const id = ++this.#bodies
    this.log.push({ kind: 'began', body: id, ...body, ...this.#when() })
    this.#time.touch()
    return id
  }

  end(body: number, result: BodyEnded['result']): void {
    this.log.push({ kind: 'ended', body, result, ...this.#when() })
    this.#time.touch()
  }

  /** A provider that honours idempotency keys: the same key gives the first result again, and nothing happens twice. */
  perform<T>(request: { readonly key: string; readonly src: string; readonly output: T }): T {
    if (this.#results.has(request.key)) return this.#results.get(request.key) as T
    this.#results.set(request.key, request.output)
    this.log.push({ kind: 'happened', ...request, ...this.#when() })
    return request.output
  }

  /** What a lookup at the provider finds. */
  resultOf(key: string): { readonly output: unknown } | undefined {
    return this.#results.has(key) ? { output: this.#results.get(key) } : undefined
  }

  noteReconciled(entry: Omit<Reconciled, 'kind' | 'at' | 'order'>): void {
    this.log.push({ kind: 'reconciled', ...entry, ...this.#when() })
  }

  #when(): { readonly at: number; readonly order: number } {
    return { at: this.#time.now(), order: this.#time.nextOrder() }
  }

  /** The beginnings of bodies, oldest first. */
  began(where: { readonly src?: string; readonly key?: string; readonly process?: string } = {}): readonly BodyBegan[] {
    return this.log.filter(
      (entry): entry is BodyBegan =>
        entry.kind === 'began' &&
        (where.src === undefined || entry.src === where.src) &&
        (where.key === undefined || entry.key === where.key) &&
        (where.process === undefined || entry.author.process === where.process),
    )
  }
}
