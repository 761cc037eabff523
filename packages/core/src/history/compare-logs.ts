/** Two logs held against each other, event by event, in constant memory. */
import { RefoldError } from '../errors.js'
import { headerOf } from '../record/header.js'
import type { Position } from '../record/revision.js'
import type { Store, StoredEvent } from '../store/port.js'

export interface CompareOptions {
  readonly streams: ReadonlySet<string>
  /** Position in the first store; later events are not compared. */
  readonly upTo: Position
}

export interface ComparedLogs {
  /** Of these streams. */
  readonly events: number
  /** The last of them, in the second store. */
  readonly upTo: Position | undefined
  /** No record of another agent stands before the last of them in the second store. */
  readonly isAlone: boolean
}

/** Throws `COPY_DIFFERS` where the events of these streams, or their order, are not the same in both. */
export async function comparedLogs(one: Store, other: Store, options: CompareOptions): Promise<ComparedLogs> {
  const { streams, upTo } = options
  let isAlone = true
  const originals = eventsOf(one, streams, { upTo })
  const copies = eventsOf(other, streams, {
    onOther: (event) => {
      if (isAlone) isAlone = !mayBeOfAgent(event)
    },
  })
  const compared = { events: 0, upTo: undefined as Position | undefined, isAlone }
  for await (const original of originals) {
    const { value: copy } = (await copies.next()) as { value: StoredEvent | undefined }
    if (copy === undefined || textOf(copy) !== textOf(original)) throw differs(original, copy)
    compared.events++
    compared.upTo = copy.position
    compared.isAlone = isAlone
  }
  const { value: further } = (await copies.next()) as { value: StoredEvent | undefined }
  await copies.return(undefined)
  if (further !== undefined) throw differs(undefined, further)
  return compared
}

/** Of a damaged one no one knows. */
function mayBeOfAgent(event: StoredEvent): boolean {
  try {
    return headerOf(event.metadata) !== undefined
  } catch {
    return true
  }
}

interface ReadingOptions {
  readonly upTo?: Position
  /** Told of what stands between them. */
  readonly onOther?: (event: StoredEvent) => void
}

async function* eventsOf(
  store: Store,
  streams: ReadonlySet<string>,
  { upTo, onOther }: ReadingOptions = {},
): AsyncGenerator<StoredEvent, void, undefined> {
  for await (const page of store.readAll())
    for (const event of page) {
      if (upTo !== undefined && event.position > upTo) return
      if (streams.has(event.stream)) yield event
      else onOther?.(event)
    }
}

function textOf({ stream, revision, id, type, data, metadata }: StoredEvent): string {
  return JSON.stringify([stream, String(revision), id, type, data, metadata])
}

function differs(original: StoredEvent | undefined, copy: StoredEvent | undefined): RefoldError {
  const place = (event: StoredEvent | undefined): string =>
    event === undefined ? 'nothing' : `${event.type} at revision ${event.revision} of ${event.stream}`
  return new RefoldError('COPY_DIFFERS', `the source has ${place(original)}, the target ${place(copy)}`, {
    hint: 'The target holds other events, or went on by itself: begin with a target that does not have these streams.',
    facts: { source: place(original), target: place(copy) },
  })
}
