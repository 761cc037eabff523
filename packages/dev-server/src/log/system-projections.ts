/**
 * The system projections `$by_category` and `$by_event_type`: for every event a link in `$ce-<category>` and one in
 * `$et-<type>`, written a little later, as on the real server.
 *
 * Invariants:
 * 1. Links stand in the order of the events they point to, and none twice: a page of links carries ids that are derived
 *    from the events, and where links were written beyond the checkpoint, the newest link of a stream tells how far.
 * 2. The checkpoint is written after the links.
 */
import { createHash } from 'node:crypto'
import type { EventLog } from './event-log.js'
import {
  describedStream,
  isMetadataStream,
  LINK_TYPE,
  METADATA_TYPE,
  TOMBSTONE_REVISION,
  type ProposedEvent,
  type RecordedEvent,
} from './event.js'
import { readLog } from './read-log.js'
import { fromStored } from './stored-form.js'
import { parseMetadata } from './stream-metadata.js'

const CHECKPOINT = 'dev-server/system-projections'
const AGAIN_MS = 1_000

export interface ProjectionsOptions {
  readonly signal: AbortSignal
  /** Told why no links are written for now. */
  readonly onError: (error: unknown) => void
}

/** Writes links until the signal aborts or the log closes. What goes wrong is tried again in a second, or with the next event. */
export async function runSystemProjections(log: EventLog, { signal, onError }: ProjectionsOptions): Promise<void> {
  const changes = log.signals.all
  const ended = (): boolean => signal.aborted || changes.closed
  const projections: Projections = { log, ended, after: undefined }
  while (!ended()) {
    const seen = changes.version
    let until = signal
    try {
      await writeNewLinks(projections)
    } catch (error) {
      projections.after = undefined
      until = AbortSignal.any([signal, AbortSignal.timeout(AGAIN_MS)])
      if (!ended()) onError(error)
    }
    await changes.changedSince(seen, { signal: until })
  }
}

interface Projections {
  readonly log: EventLog
  readonly ended: () => boolean
  /** The last event that has its links; `undefined`: it must be learnt from what is stored. */
  after: number | undefined
}

async function writeNewLinks(projections: Projections): Promise<void> {
  const { log, ended } = projections
  const isResuming = projections.after === undefined
  const started = projections.after ?? (await readCheckpoint(log))
  let after = started
  for await (const page of readLog(log, { after, direction: 'forwards' })) {
    if (ended()) return
    await writeLinks(log, page, { isResuming })
    after = page.at(-1)?.position ?? after
  }
  if (after !== started) await log.store.registers.put(CHECKPOINT, { after })
  projections.after = after
}

/** The part of a stream's name up to the first `-`; `undefined`: it has no category. */
function categoryOf(stream: string): string | undefined {
  const dash = stream.indexOf('-')
  return dash > 0 ? stream.slice(0, dash) : undefined
}

async function readCheckpoint(log: EventLog): Promise<number> {
  const stored = await log.store.registers.get(CHECKPOINT)
  return typeof stored === 'object' && stored !== null && 'after' in stored ? Number(stored['after']) : 0
}

async function writeLinks(
  log: EventLog,
  page: readonly RecordedEvent[],
  { isResuming }: { readonly isResuming: boolean },
): Promise<void> {
  const links = new Map<string, RecordedEvent[]>()
  for (const event of page) {
    for (const stream of targetsOf(event)) {
      const events = links.get(stream)
      if (events === undefined) links.set(stream, [event])
      else events.push(event)
    }
  }
  const writing = [...links].map(async ([stream, events]) => {
    const written = isResuming ? await newestSource(log, stream) : 0
    const missing = events.filter(({ position }) => position > written)
    if (missing.length === 0) return
    await log.append(stream, { expected: 'any', events: missing.map((event) => link(stream, event)) })
  })
  await Promise.all(writing)
}

/** Links are not linked to again. That a stream was deleted softly belongs to its own category. */
function targetsOf(event: RecordedEvent): readonly string[] {
  const { stream, type } = event
  if (type === LINK_TYPE) return []
  const category = categoryOf(isSoftDeletion(event) ? describedStream(stream) : stream)
  return [...(category === undefined ? [] : [`$ce-${category}`]), `$et-${type}`]
}

function isSoftDeletion({ stream, type, data }: RecordedEvent): boolean {
  return type === METADATA_TYPE && isMetadataStream(stream) && parseMetadata(data).isDeleted === true
}

/** Where the event stands that the newest link of this stream points to; 0 when it has none. */
async function newestSource({ store }: EventLog, stream: string): Promise<number> {
  for await (const [newest] of store.read(stream, { direction: 'backwards', limit: 1 })) {
    if (newest === undefined) return 0
    const { $c = 0 } = JSON.parse(Buffer.from(fromStored(newest).metadata).toString('utf8')) as { readonly $c?: number }
    return $c
  }
  return 0
}

function link(stream: string, event: RecordedEvent): ProposedEvent {
  const { id, stream: source, position } = event
  const revision = event.isTombstone ? TOMBSTONE_REVISION : event.revision
  return {
    id: derivedId(`${stream}\0${position}\0${id}`),
    type: LINK_TYPE,
    isJson: false,
    data: Buffer.from(`${revision}@${source}`),
    metadata: Buffer.from(JSON.stringify({ $v: '1:-1:1:4', $c: position, $p: position, $causedBy: id })),
  }
}

/** A UUID that is the same for the same text. */
function derivedId(text: string): string {
  const hash = createHash('sha1').update(text).digest().subarray(0, 16)
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
