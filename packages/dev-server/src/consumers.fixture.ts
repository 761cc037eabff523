/** Consumers of persistent subscriptions, for tests. */
import { setTimeout as pause } from 'node:timers/promises'
import type { EventStoreDBClient, PersistentAction } from '@eventstore/db-client'
import { vi } from 'vitest'

interface ConsumedEvent {
  readonly event?: {
    readonly id: string
    readonly streamId: string
    readonly revision: bigint
    readonly data: unknown
    readonly position?: unknown
  }
  readonly link?: { readonly id: string; readonly streamId: string }
  readonly retryCount: number
}

type AnyEvent = Parameters<ReturnType<EventStoreDBClient['subscribeToPersistentSubscriptionToStream']>['ack']>[0]

export interface TestConsumer {
  readonly subscription: ReturnType<EventStoreDBClient['subscribeToPersistentSubscriptionToStream']>
  /** What it was given, in order. */
  readonly events: readonly (ConsumedEvent & AnyEvent)[]
  /** The error with which it ended. */
  readonly ended: Promise<unknown>
}

export interface ConsumeOptions {
  readonly stream?: string
  readonly group?: string
  readonly bufferSize?: number
  /** What it says of each event. */
  readonly answer?: 'ack' | 'nothing' | PersistentAction
}

export function consume(client: EventStoreDBClient, options: ConsumeOptions = {}): TestConsumer {
  const { stream = 'order-1', group = 'g', bufferSize = 10, answer = 'ack' } = options
  const subscription =
    stream === '$all'
      ? client.subscribeToPersistentSubscriptionToAll(group, { bufferSize })
      : client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize })
  const events: (ConsumedEvent & AnyEvent)[] = []
  const ended = new Promise<unknown>((resolve) => subscription.on('error', resolve))
  subscription.on('data', (event: ConsumedEvent & AnyEvent) => {
    events.push(event)
    if (answer === 'ack') void subscription.ack(event)
    else if (answer !== 'nothing') void subscription.nack(answer, 'because', event)
  })
  return { subscription, events, ended }
}

export function numbersIn({ events }: TestConsumer): readonly number[] {
  return events.map(({ event }) => (event?.data as { readonly n: number } | undefined)?.n ?? Number.NaN)
}

/** Says nothing of the product. */
const PATIENCE_MS = 120_000

/** Resolves when the check passes, asked again and again. Rejects with its last failure after a while. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: PATIENCE_MS })
}

/** Resolves when it is so. Rejects after a while that says nothing of the product. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('it did not become so')
    await pause(5)
  }
}
