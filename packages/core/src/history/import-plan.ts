/** What is to be appended of one stream of an exported file, found out before anything is. */
import { pausedPart } from '../decide/agent-part.js'
import { compose } from '../decide/compose.js'
import { pendingOf, statusOf } from '../decide/summary.js'
import { RefoldError } from '../errors.js'
import type { AgentLog, AgentReader } from '../log/agent-log.js'
import { isChartStream } from '../log/charts.js'
import { Folder } from '../record/fold.js'
import { headerOf } from '../record/header.js'
import type { StateDocument } from '../record/state-document.js'
import { appendBytes } from '../store/append-limits.js'
import type { NewEvent, Store, StoredEvent } from '../store/port.js'
import type { World } from '../world/world.js'
import { addRecord, checkFolded } from './fold-record.js'
import type { ExportedStreams } from './open-export.js'
import type { Head } from './store-batch.js'
import { eventsOf } from './stored-events.js'

/** Stands in the header of the record that pauses an imported agent, as the process that appended it. */
const IMPORTER = 'import'

export interface StreamPlan {
  readonly stream: string
  readonly isAgent: boolean
  /** Of the file that are in the store already, as the beginning of the stream. */
  readonly known: number
  readonly head: Head | undefined
  /** Appended with the last of them. */
  readonly pause: NewEvent | undefined
  /** All of it is there, the pause too. */
  readonly isDone: boolean
}

export interface PlanningOptions {
  readonly file: ExportedStreams
  readonly store: Store
  /** Of the file, decoded. */
  readonly reader: AgentReader
  /** Of the store. */
  readonly log: Pick<AgentLog, 'seal'>
  readonly world: World
  readonly by: string | undefined
  readonly reason: string
}

/** Throws `UNREADABLE` or `NEWER_FORMAT` for what does not fold, `COPY_DIFFERS` for what the store holds otherwise, `INVALID_INPUT`, `TOO_LARGE`. */
export async function planStream(stream: string, options: PlanningOptions): Promise<StreamPlan> {
  if (isChartStream(stream)) {
    const isDone = !(await isAbsent(options.store, stream))
    return { stream, isAgent: false, known: 0, head: undefined, pause: undefined, isDone }
  }
  const folded = await foldedIn(stream, options)
  const pause = folded === undefined ? undefined : await pauseOf(folded, options)
  const found = await compared(stream, { ...options, isPaused: pause !== undefined, pauseBytes: bytesOf(pause) })
  return { stream, isAgent: folded !== undefined, pause, ...found }
}

interface FoldedFile {
  readonly stream: string
  readonly state: StateDocument
  readonly lastAt: number
}

/** `undefined`: it is no agent's. */
async function foldedIn(stream: string, { reader }: PlanningOptions): Promise<FoldedFile | undefined> {
  const folder = new Folder()
  let last: StoredEvent | undefined
  let lastAt = 0
  for await (const page of reader.read(stream))
    for (const event of page) {
      if (addRecord(folder, event) === 'foreign') continue
      last = event
      lastAt = headerOf(event.metadata)?.at ?? lastAt
    }
  if (last === undefined) return undefined
  const state = folder.result()
  checkFolded(state, last)
  return state === undefined ? undefined : { stream, state, lastAt }
}

/** An agent that lives in another store too performs nothing here before someone says so. One that has ended has nothing to perform. */
async function pauseOf(
  { stream, state, lastAt }: FoldedFile,
  { log, world, by, reason }: PlanningOptions,
): Promise<NewEvent | undefined> {
  if (statusOf(state) !== 'active') {
    if (pendingOf(state) === 0) return undefined
    throw new RefoldError('INVALID_INPUT', `${stream} has ended, and has something to deliver: that cannot be paused`, {
      hint: 'Let a worker of its own store deliver it, and export it again.',
      facts: { stream },
    })
  }
  const now = world.clock.now()
  const notes = { reason, ...(by === undefined ? undefined : { by }) }
  const after = { ...state, agent: { ...state.agent, paused: pausedPart({ now }, notes) } }
  const { record } = compose(
    { state, now, at: Math.max(now, lastAt), eventId: world.newId() },
    { input: { kind: 'paused' }, worker: IMPORTER, ...notes },
    { type: 'refold.paused', data: {}, after, input: { kind: 'paused' } },
  )
  const [sealed] = await log.seal(stream, [record])
  return sealed
}

interface Comparing extends PlanningOptions {
  readonly isPaused: boolean
  readonly pauseBytes: number
}

async function compared(
  stream: string,
  { file, store, isPaused, pauseBytes }: Comparing,
): Promise<Pick<StreamPlan, 'known' | 'head' | 'isDone'>> {
  const { maxAppendBytes } = store.capabilities
  const there = eventsOf(store.read(stream))
  let known = 0
  let head: Head | undefined
  let isBehind = false
  for await (const event of eventsOf(file.read(stream))) {
    if (appendBytes([event]) + pauseBytes > maxAppendBytes) throw tooLarge(event, maxAppendBytes)
    const { value: found } = isBehind ? { value: undefined } : await there.next()
    if (found === undefined) isBehind = true
    else if (textOf(found) !== textOf(event)) throw isThere(stream)
    else {
      known++
      head = { revision: found.revision, id: found.id }
    }
  }
  if (isBehind) return { known, head, isDone: false }
  const { value: further } = await there.next()
  await there.return(undefined)
  if (isPaused ? further !== undefined && isImportersPause(further) : further === undefined)
    return { known, head, isDone: true }
  throw isThere(stream)
}

async function isAbsent(store: Store, stream: string): Promise<boolean> {
  for await (const page of store.read(stream, { limit: 1 })) if (page.length > 0) return false
  return true
}

function isImportersPause({ type, metadata }: StoredEvent): boolean {
  return type === 'refold.paused' && headerOf(metadata)?.worker === IMPORTER
}

function textOf({ id, type, data, metadata }: StoredEvent): string {
  return JSON.stringify([id, type, data, metadata])
}

function bytesOf(pause: NewEvent | undefined): number {
  return pause === undefined ? 0 : appendBytes([pause])
}

function isThere(stream: string): RefoldError {
  return new RefoldError('COPY_DIFFERS', `the store has ${stream} already`, {
    hint: 'An agent lives once: import into a store that does not know it.',
    facts: { stream },
  })
}

function tooLarge({ stream, revision }: StoredEvent, maxAppendBytes: number): RefoldError {
  return new RefoldError('TOO_LARGE', `record ${revision} of ${stream} is too large for this store`, {
    hint: `It takes ${maxAppendBytes} bytes at once.`,
    facts: { stream, revision: String(revision), maxAppendBytes },
  })
}
