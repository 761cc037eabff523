/**
 * Subscriptions, supervised: catch-up and then live, for ever. The client's end at the first trouble and never come back; ours
 * go on after the last item given.
 *
 * Invariants: every event after the start once, in order; a subscription that cannot be made is tried again after a growing,
 * jittered pause; only what no repetition can cure is thrown.
 */
import { backoffMs, isRefoldError, untilAborted } from '@refold/core/store'
import type { SubscribeTarget, SubscriptionItem } from '@refold/core/store'
import { pause } from './pause.js'
import { callPages } from './client/call-pages.js'
import { failureOf } from './client/db-client.js'
import { failureError, NoAnswer } from './client/failure.js'
import type { WireCall, WireClient, WireItem } from './client/wire.js'
import { timeLeft } from './client/silence.js'
import { mayPass, type Connection } from './connection.js'
import { toStoredEvent } from './wire-event.js'

const RESUBSCRIBE = { delayMs: 50, factor: 2, maxDelayMs: 5000, jitter: true }

export interface Followed {
  readonly doing: string
  /** Exclusive. */
  readonly after: bigint | undefined
  readonly call: (client: WireClient, after: bigint | undefined) => WireCall
  /** Where an item stands: its revision or its position. */
  readonly placeOf: (item: WireItem) => bigint | undefined
  readonly signal: AbortSignal
  /** Longest silence: then it ends with `STORE_REJECTED`. `undefined`, and by default: it may be silent for ever. */
  readonly silenceMs?: () => number | undefined
  /** Called when the subscription has ended and is about to be made again. */
  readonly onLost?: () => void
}

/** Ends when the signal aborts. */
export async function* followItems(
  { shared, seen, options: { timeoutMs } }: Connection,
  { doing, after, call, placeOf, signal, silenceMs, onLost }: Followed,
): AsyncGenerator<readonly WireItem[], void, undefined> {
  const place = new Place(after, placeOf)
  let heardAt = performance.now()
  const deadline = (): number => heardAt + (silenceMs?.() ?? Infinity)
  const left = (): number | undefined => (deadline() === Infinity ? undefined : timeLeft(deadline()))
  for (let failures = 1; !signal.aborted; failures++) {
    let client: WireClient | undefined
    try {
      client = await untilAborted(seen.client(deadline()), signal)
      if (client === undefined) return
      for await (const page of callPages(call(client, place.at), {
        doing,
        signal,
        silenceMs: left,
        callMs: timeoutMs,
      })) {
        failures = 1
        seen.addPage(page)
        const fresh = page.filter((item) => place.take(item))
        if (fresh.length > 0) yield fresh
        if (signal.aborted) return
        heardAt = performance.now()
      }
    } catch (error) {
      if (isRefoldError(error)) throw error
      const failure = failureOf(error)
      if (error instanceof NoAnswer && client !== undefined) shared.interrupted(client, { by: error, timeoutMs })
      const isLate = performance.now() >= deadline()
      if (isLate || (!mayPass(failure) && failure.kind !== 'not-found'))
        throw failureError(failure, { doing, cause: error })
    }
    if (!signal.aborted) shared.interruptions++
    await pause(backoffMs(failures, RESUBSCRIBE, Math.random), { signal })
    if (!signal.aborted) onLost?.()
  }
}

/** Behind which the next item comes. */
class Place {
  at: bigint | undefined
  readonly #placeOf: Followed['placeOf']

  constructor(after: bigint | undefined, placeOf: Followed['placeOf']) {
    this.at = after
    this.#placeOf = placeOf
  }

  /** Whether the item was not given before. */
  take(item: WireItem): boolean {
    const at = this.#placeOf(item)
    if (at === undefined) return true
    if (this.at !== undefined && at <= this.at) return false
    this.at = at
    return true
  }
}

/** `Store.subscribe`. */
export async function* subscribe(
  connection: Connection,
  target: SubscribeTarget,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<SubscriptionItem, void, undefined> {
  const { options } = connection
  for await (const page of followItems(connection, { ...followed(target, options), signal })) {
    for (const item of page) {
      if (item.kind === 'caught-up') yield item
      else if (item.kind === 'event') yield { kind: 'event', event: toStoredEvent(item, options) }
      if (signal.aborted) return
    }
  }
}

function followed(
  target: SubscribeTarget,
  { prefix }: { readonly prefix: string },
): Omit<Followed, 'signal' | 'onLost'> {
  if ('all' in target)
    return {
      doing: 'subscribing to everything',
      after: target.after,
      call: (client, after) => client.followAll({ filter: { prefix }, ...(after !== undefined && { after }) }),
      placeOf: positionOf,
    }
  const name = prefix + target.stream
  return {
    doing: `subscribing to ${target.stream}`,
    after: target.after,
    call: (client, after) => client.followStream(name, after === undefined ? {} : { after }),
    placeOf: (item) => (item.kind === 'event' ? item.revision : undefined),
  }
}

/** A checkpoint too says how far the log was looked through. */
export function positionOf(item: WireItem): bigint | undefined {
  if (item.kind === 'event') return item.position
  return item.kind === 'checkpoint' ? item.position : undefined
}
