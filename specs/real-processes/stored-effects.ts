/** What a store file says of its agents and their effects, read from outside and folded by the reference fold. */
import type { JsonValue, StoredEvent } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { foldStream } from '@refold/testing'
import type { FoldedStep } from '@refold/testing'

/** One effect, as its records tell it. */
export interface StoredEffect {
  readonly stream: string
  readonly key: string
  readonly src: string
  readonly input: JsonValue | undefined
  /** Of the record that took it out of the state; absent while it is there. */
  readonly settledAt?: number
}

export interface StoredStreams {
  readonly streams: ReadonlyMap<string, readonly FoldedStep[]>
  readonly effects: readonly StoredEffect[]
}

/** Reads the whole file. Throws when a stream does not fold. */
export async function readStore(file: string): Promise<StoredStreams> {
  const store = sqliteStore(file)
  const events = new Map<string, StoredEvent[]>()
  try {
    for await (const page of store.readAll()) {
      for (const event of page) {
        if (event.stream.startsWith('refold-')) continue // charts and holds are no agents
        const records = events.get(event.stream) ?? []
        events.set(event.stream, records)
        records.push(event)
      }
    }
  } finally {
    await store.close()
  }
  const streams = new Map([...events].map(([stream, records]) => [stream, foldStream(records)] as const))
  return { streams, effects: [...streams].flatMap(([stream, steps]) => effectsOf(stream, steps)) }
}

/** What the records emitted, in order. */
export function emitted(steps: readonly FoldedStep[]): readonly JsonValue[] {
  return steps.flatMap(({ metadata }) => metadata?.refold.body.emit ?? [])
}

function effectsOf(stream: string, steps: readonly FoldedStep[]): readonly StoredEffect[] {
  const all: { -readonly [K in keyof StoredEffect]: StoredEffect[K] }[] = []
  const open = new Map<string, (typeof all)[number]>()
  for (const { event, after } of steps) {
    const now = new Map(Object.entries(after?.effects ?? {}).map(([id, effect]) => [keyOf(id, effect), effect]))
    for (const [key, effect] of open) {
      if (now.has(key)) continue
      effect.settledAt = Number(event.revision)
      open.delete(key)
    }
    for (const [key, { src, input }] of now) {
      if (open.has(key)) continue
      const effect = { stream, key, src, input }
      open.set(key, effect)
      all.push(effect)
    }
  }
  return all
}

/** As the specification derives it: from the event id of the record that starts the effect, and its ordinal there. */
export function keyOf(effect: string, { scheduledBy }: { readonly scheduledBy: string }): string {
  return `${scheduledBy}.${effect.slice(effect.lastIndexOf('.') + 1)}`
}
