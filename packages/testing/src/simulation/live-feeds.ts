/** Live reading through a simulated connection: news arrive late, in order, and not at all in a dead or stopped process. */
import { advance } from '@refold/core'
import { manyMayListen } from '@refold/core/store'
import type { Revision, Store, StoredEvent, SubscribeTarget, SubscriptionItem } from '@refold/core'
import type { ExternalAppend } from '@refold/core/store'
import type { FaultPlan } from './faults.js'
import type { ProcessLife } from './process-life.js'
import type { Author, SimulatedDisk } from './simulated-disk.js'
import type { VirtualTime } from './virtual-time.js'

interface Feed {
  readonly author: Author
  readonly store: Store
  readonly disk: SimulatedDisk
  readonly time: VirtualTime
  readonly life: ProcessLife
  readonly faults: FaultPlan
  /** Any of them ends the feed. */
  readonly signals: readonly AbortSignal[]
}

/** A bell that rings when something may be new, or when the feed is to end. */
class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  async wait(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#rung = false
    this.#wake = undefined
  }
}

/** Catch-up, then live. */
export async function* followEvents(
  feed: Feed & { readonly target: SubscribeTarget },
): AsyncIterable<SubscriptionItem> {
  const { target, time, disk, author, faults } = feed
  const bell = new Bell()
  const unwatch = disk.watch(({ stream }) => {
    if (faults.deaf.has(author.process)) return
    if ('all' in target || target.stream === stream) later(feed, () => bell.ring())
  })
  const unlisten = endWith(feed, bell)
  let after: StoredEvent | undefined
  try {
    while (!ended(feed)) {
      for await (const page of pagesAfter(feed, after)) {
        for (const event of page) {
          if (ended(feed)) return
          after = event
          disk.learn(author, { stream: event.stream, revision: Number(event.revision) })
          yield { kind: 'event', event }
        }
      }
      yield { kind: 'caught-up' }
      time.touch()
      await bell.wait()
    }
  } finally {
    unwatch()
    unlisten()
  }
}

/** What others appended since the call, coalesced. */
export function followExternalAppends(feed: Feed): AsyncIterable<readonly ExternalAppend[]> {
  const { disk, author, faults } = feed
  const bell = new Bell()
  const news = new Map<string, Revision>()
  const unwatch = disk.watch((appended) => {
    if (appended.author === author || faults.deaf.has(author.process)) return
    later(feed, () => {
      const known = news.get(appended.stream)
      if (known === undefined || known < appended.revision) news.set(appended.stream, appended.revision)
      bell.ring()
    })
  })
  const unlisten = endWith(feed, bell)
  const leave = (): void => {
    unwatch()
    unlisten()
  }
  return batches(feed, { bell, news, leave })
}

async function* batches(
  feed: Feed,
  { bell, news, leave }: { readonly bell: Bell; readonly news: Map<string, Revision>; readonly leave: () => void },
): AsyncIterable<readonly ExternalAppend[]> {
  try {
    for (;;) {
      await bell.wait()
      if (ended(feed)) return
      const batch = [...news].map(([stream, revision]) => ({ stream, revision }))
      news.clear()
      if (batch.length > 0) yield batch
    }
  } finally {
    leave()
  }
}

function pagesAfter(
  { store, target }: Feed & { readonly target: SubscribeTarget },
  last: StoredEvent | undefined,
): AsyncIterable<readonly StoredEvent[]> {
  if ('all' in target) {
    const after = last?.position ?? target.after
    return store.readAll(after === undefined ? {} : { after })
  }
  const after = last?.revision ?? target.after
  return store.read(target.stream, after === undefined ? {} : { from: advance(after) })
}

function later({ time, life, faults }: Feed, callback: () => void): void {
  time.after(faults.delayMs(), () => life.deliver(callback))
}

/** Returns how to listen no more. */
function endWith({ signals }: Feed, bell: Bell): () => void {
  const ring = (): void => bell.ring()
  for (const signal of signals) manyMayListen(signal).addEventListener('abort', ring)
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', ring)
  }
}

function ended({ signals }: Feed): boolean {
  return signals.some((signal) => signal.aborted)
}
