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
import { failureError } from './client/failure.js'
import type { WireCall, WireClient, WireItem } from './client/wire.js'
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
  /** Called when the subscription has ended and is about to be made again. */
  readonly onLost?: () => void
}

/** Ends when the signal aborts. */
export async function* followItems(
  { shared, seen }: Connection,
  { doing, after, call, placeOf, signal, onLost }: Followed,
): AsyncGenerator<readonly WireItem[], void, undefined> {
  let place = after
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      const client = await untilAborted(seen.client(), signal)
      if (client === undefined) return
      for await (const page of callPages(call(client, place), { doing, signal })) {
        failures = 1
        seen.addPage(page)
        const fresh = page.filter((item) => {
          const at = placeOf(item)
          if (at === undefined) return true
          if (place !== undefined && at <= place) return false
          place = at
          return true
        })
        if (fresh.length > 0) yield fresh
        if (signal.aborted) return
      }
    } catch (error) {
      if (isRefoldError(error)) throw error
      const failure = failureOf(error)
      if (!mayPass(failure) && failure.kind !== 'not-found') throw failureError(failure, { doing, cause: error })
    }
    if (!signal.aborted) shared.interruptions++
    await pause(backoffMs(failures, RESUBSCRIBE, Math.random), { signal })
    if (!signal.aborted) onLost?.()
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
