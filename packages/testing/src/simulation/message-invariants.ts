/** Messages between agents: what the senders' states say was sent, held against what the receivers' streams say came. */
import type { OutgoingMessage } from '@refold/core/record'
import { groupBy } from './group-by.js'
import type { History } from './history.js'
import type { FoldedStep } from './reference-fold.js'

interface Sent {
  readonly message: string
  /** `waiting`: in the outbox at the end. */
  fate: 'waiting' | 'acknowledged' | 'undelivered'
}

interface Received {
  readonly message: string
  readonly seq: number
  readonly causation: string
  readonly isRefused: boolean
}

/** Returns what is broken. `lost`: ids of events that a restored backup does not have any more. */
export function checkMessages(history: History, { lost }: { readonly lost: ReadonlySet<string> }): readonly string[] {
  const sent = [...history.streams].flatMap(([stream, steps]) => sentBy(stream, steps))
  const received = [...history.streams].flatMap(([stream, steps]) => receivedBy(stream, steps))
  const receipts = groupBy(received, ({ message }) => message)
  const known = new Set(sent.map(({ message }) => message))
  return [
    ...sent.flatMap((one) => checkFate(one, receipts.get(one.message) ?? [])),
    ...received
      .filter(({ message, causation }) => !known.has(message) && !lost.has(causation))
      .map(({ message }) => `${message} was received and never sent`),
    ...[...history.streams].flatMap(([stream, steps]) => checkOrder(stream, { steps, lost })),
  ]
}

/** Messages that still wait to be delivered. */
export function undeliveredMessages({ streams }: History): readonly string[] {
  return [...streams].flatMap(([stream, steps]) =>
    sentBy(stream, steps).flatMap(({ message, fate }) => (fate === 'waiting' ? [message] : [])),
  )
}

function checkFate({ message, fate }: Sent, receipts: readonly Received[]): readonly string[] {
  const taken = receipts.filter(({ isRefused }) => !isRefused).length
  if (receipts.length > 1) return [`${message} was received ${receipts.length} times`]
  if (fate === 'acknowledged' && taken !== 1) return [`${message} was acknowledged and taken ${taken} times`]
  if (fate === 'undelivered' && taken > 0) return [`${message} was taken, and its sender was told that it was not`]
  return []
}

function sentBy(stream: string, steps: readonly FoldedStep[]): readonly Sent[] {
  const all = new Map<string, Sent>()
  for (const { event, before, after } of steps) {
    const open = new Set(messagesIn(stream, after))
    for (const message of open) if (!all.has(message)) all.set(message, { message, fate: 'waiting' })
    for (const message of messagesIn(stream, before)) {
      const one = all.get(message)
      if (one !== undefined && !open.has(message))
        one.fate = event.type === 'refold.message.acknowledged' ? 'acknowledged' : 'undelivered'
    }
  }
  return [...all.values()]
}

function messagesIn(from: string, state: FoldedStep['after']): readonly string[] {
  const lines: readonly [string, readonly OutgoingMessage[]][] = Object.entries(state?.outbox?.to ?? {})
  return lines.flatMap(([to, line]) => line.map(({ seq, sentBy: by }) => nameOf({ from, to, seq, by })))
}

function receivedBy(to: string, steps: readonly FoldedStep[]): readonly Received[] {
  return steps.flatMap(({ event, metadata }) => {
    const { from, seq } = metadata?.refold.input ?? {}
    if (from === undefined || seq === undefined) return []
    const causation = metadata?.$causationId ?? ''
    const isRefused = event.type === 'refold.message.refused'
    return [{ message: nameOf({ from, to, seq, by: causation }), seq, causation, isRefused }]
  })
}

function nameOf({ from, to, seq, by }: { from: string; to: string; seq: number; by: string }): string {
  return `message ${seq} of ${from} to ${to} (sent by ${by})`
}

/** In the order of sending, for each sender. What a backup took away is passed over. */
function checkOrder(
  stream: string,
  { steps, lost }: { readonly steps: readonly FoldedStep[]; readonly lost: ReadonlySet<string> },
): readonly string[] {
  const newest = new Map<string, number>()
  return steps.flatMap(({ event, metadata }) => {
    const { from, seq } = metadata?.refold.input ?? {}
    if (from === undefined || seq === undefined || lost.has(metadata?.$causationId ?? '')) return []
    const before = newest.get(from) ?? 0
    newest.set(from, seq)
    return seq > before ? [] : [`${stream} @${event.revision}: message ${seq} of ${from} came after ${before}`]
  })
}
