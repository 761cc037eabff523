/** What a group reads: a stream, or everything. A place in it is a number, a revision or a position, and has a text. */
import { eventFilter, type EventFilter, type FilterOptions } from '../log/event-filter.js'
import type { EventLog } from '../log/event-log.js'
import { LINK_TYPE, type RecordedEvent } from '../log/event.js'
import { lastPosition, readLog } from '../log/read-log.js'
import { readStream, readToTombstone } from '../log/read-stream.js'

export interface Considered {
  readonly event: RecordedEvent
  /** `unwanted`: the filter does not let it pass; `ignored`: as if it were not there. */
  readonly verdict: 'wanted' | 'unwanted' | 'ignored'
}

export interface Source {
  readonly name: string
  /** Stands before the first event. */
  readonly beginning: number
  placeOf(event: RecordedEvent): number
  textOf(place: number): string
  /** `undefined`: no place. */
  parse(text: string): number | undefined
  /** Of the newest event. */
  end(): Promise<number>
  /** What comes after this place in a stream that is deleted for ever, its tombstone last; `undefined`: it is not. */
  ending(range: { readonly after: number }): Promise<readonly Considered[] | undefined>
  /** Everything after this place, in pages. */
  read(range: { readonly after: number }): AsyncGenerator<readonly Considered[]>
}

export const ALL = '$all'

/** Only a group on `$all` has a filter. Throws `INVALID_INPUT` for one that cannot be. */
export function sourceOf(log: EventLog, { stream, filter }: SourceOptions): Source {
  return stream === ALL
    ? allSource(log, filter === undefined ? undefined : eventFilter(filter))
    : oneStream(log, stream)
}

export interface SourceOptions {
  readonly stream: string
  readonly filter?: FilterOptions
}

function oneStream(log: EventLog, stream: string): Source {
  return {
    name: stream,
    beginning: -1,
    placeOf: ({ revision }) => revision,
    textOf: String,
    parse: (text) => (/^-?\d{1,19}$/.test(text) ? Number(text) : undefined),
    end: async () => (await log.states.get(stream)).last,
    ending: async ({ after }) => {
      if (!(await log.states.get(stream)).isTombstoned) return undefined
      const events = await readToTombstone(log, stream, { from: after + 1 })
      return events.map((event) => ({ event, verdict: 'wanted' }))
    },
    read: async function* ({ after }) {
      for await (const page of readStream(log, stream, { from: after + 1, direction: 'forwards', limit: Infinity }))
        yield page.map((event) => ({ event, verdict: 'wanted' }))
    },
  }
}

function allSource(log: EventLog, matches: EventFilter | undefined): Source {
  return {
    name: ALL,
    beginning: 0,
    placeOf: ({ position }) => position,
    textOf: (place) => `C:${place}/P:${place}`,
    parse: (text) => {
      const [, commit] = /^C:(-?\d{1,19})\/P:-?\d{1,19}$/.exec(text) ?? []
      return commit === undefined ? undefined : Number(commit)
    },
    end: () => lastPosition(log.store),
    ending: async () => undefined,
    read: async function* ({ after }) {
      for await (const page of readLog(log, { after, direction: 'forwards' })) {
        const verdicts = await matches?.(page)
        yield page.map((event, index) => ({
          event,
          verdict: isOwn(event) ? 'ignored' : verdicts?.[index] === false ? 'unwanted' : 'wanted',
        }))
      }
    },
  }
}

/** What groups on `$all` write, and links to it, would be events for them again, without end. */
function isOwn({ stream, type, data }: RecordedEvent): boolean {
  if (OWN_STREAM.test(stream)) return true
  return type === LINK_TYPE && OWN_LINK.test(Buffer.from(data).toString('utf8'))
}

const OWN_STREAM = /^\$persistentsubscription-\$all::.*-(?:checkpoint|parked)$/s
const OWN_LINK = /^\d+@\$persistentsubscription-\$all::.*-(?:checkpoint|parked)$/s
