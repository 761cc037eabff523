/** The log as a projection reads it: the past as fast as the store can, then what follows. */
import { agentsOf } from '../history/followed-records.js'
import type { AgentLog, LogItem } from '../log/agent-log.js'
import type { Position } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import type { ScannedEvent, ScannedPage } from '../store/projection-port.js'
import { scannedEvent } from '../store/scanned-event.js'
import type { Clock } from '../world/world.js'

const PAGE_EVENTS = 500

/** Some of the log. `last` is absent where nothing is behind the place that was begun at. */
export interface RecordPage extends Pick<ScannedPage, 'events'> {
  readonly last: ScannedPage['last'] | undefined
  /** Everything that is stored was given. */
  readonly isEnd: boolean
}

export interface PagesOptions {
  readonly after: Position | undefined
  /** Names of definitions; absent: all. */
  readonly definitions: readonly string[] | undefined
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** Catch-up, then live. Ends when the signal aborts or the store closes. */
export async function* recordPages(
  log: Pick<AgentLog, 'scan' | 'followAll'>,
  { after, definitions, signal, clock }: PagesOptions,
): AsyncGenerator<RecordPage, void, undefined> {
  let from = after
  const scanned = log.scan?.({ ...place(from), ...(definitions === undefined ? undefined : { definitions }) }) ?? []
  for await (const page of scanned) {
    if (signal.aborted) return
    from = page.last.position
    yield { ...page, isEnd: false }
  }
  yield* livePages(log, { after: from, definitions, signal, clock })
}

/** Events that are there at once make one page. A store need not say that it has caught up more than once. */
async function* livePages(
  log: Pick<AgentLog, 'followAll'>,
  { after, definitions, signal, clock }: PagesOptions,
): AsyncGenerator<RecordPage, void, undefined> {
  const isRead = agentsOf(definitions && new Set(definitions))
  const end = new AbortController()
  const options = { after, isRead, signal: AbortSignal.any([signal, end.signal]) }
  const iterator = decoded(log.followAll(options))
  let events: ScannedEvent[] = []
  let last: StoredEvent | undefined
  let hasCaughtUp = false
  try {
    let next = ahead(iterator)
    for (;;) {
      let result: Next
      try {
        result = await (hasCaughtUp && last !== undefined ? Promise.race([next, lull(clock)]) : next)
      } catch (error) {
        if (last !== undefined) yield { events, last, isEnd: false } // what stands before it is not lost
        throw error
      }
      if (result?.done === true) return
      if (result !== undefined) next = ahead(iterator)
      const item: LogItem | undefined = result?.value
      if (item?.kind === 'event' || item?.kind === 'gone') {
        const { event } = item
        last = event
        if (item.kind === 'event' && isRead(event.stream)) events.push(scannedEvent(event))
        if (events.length < PAGE_EVENTS) continue
      }
      const isEnd: boolean = item?.kind !== 'event' && item?.kind !== 'gone'
      hasCaughtUp ||= isEnd
      yield { events, last, isEnd }
      events = []
      last = undefined
    }
  } finally {
    end.abort() // what waits for the next item ends
  }
}

/** Ends at an event that no codec here decodes: another process may have the key. */
async function* decoded(items: AsyncIterable<LogItem>): AsyncGenerator<LogItem, undefined, undefined> {
  for await (const item of items) {
    if (item.kind === 'undecoded') throw item.error
    yield item
  }
}

/** `undefined`: nothing came for a moment. */
type Next = IteratorResult<LogItem, undefined> | undefined

/** Asked for before it is waited for: that it fails is told to those who wait. */
function ahead(iterator: AsyncIterator<LogItem>): Promise<Next> {
  const next = iterator.next()
  next.catch(() => {})
  return next
}

function lull(clock: Clock): Promise<undefined> {
  return new Promise((resolve) => {
    clock.setTimer(() => resolve(undefined), 0)
  })
}

function place(after: Position | undefined): { readonly after?: Position } {
  return after === undefined ? {} : { after }
}
