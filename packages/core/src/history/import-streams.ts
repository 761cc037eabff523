/**
 * Brings the agents of an exported file into a store.
 *
 * Invariants: nothing is appended before all of the file was read, folded and held against the store; the last record of an
 * agent that has not ended is appended together with the one that pauses it, so that it never goes on in two stores by itself.
 */
import { checkCodecs } from '../definition/check-codecs.js'
import { checkOptions, optionRule } from '../option-values.js'
import { coded } from '../coded.js'
import { RefoldError } from '../errors.js'
import { agentLog, agentReader } from '../log/agent-log.js'
import { noteOrder } from '../log/kept-order.js'
import type { Codec } from '../log/codec.js'
import { toRevision } from '../record/revision.js'
import { appendBytes } from '../store/append-limits.js'
import type { NewEvent, Store } from '../store/port.js'
import { allInParallel } from '../world/in-parallel.js'
import { systemWorld } from '../world/system-world.js'
import { planStream } from './import-plan.js'
import type { StreamPlan } from './import-plan.js'
import type { ExportedStreams } from './open-export.js'
import { requireImport } from './require-source.js'
import { storeBatch, toNew } from './store-batch.js'
import type { Head } from './store-batch.js'

/** Of `importStreams`. */
export interface ImportOptions {
  /** Those that the records were written with, in the same order. */
  readonly codecs?: readonly Codec[]
  /** Who imports; kept in the records that pause the agents. */
  readonly by?: string
  /** Why they are paused. Default: `imported`. */
  readonly reason?: string
}

/** What is in the store now. */
export interface ImportResult {
  readonly agents: number
  /** Of them, those that have not ended: each waits for its `resume`. */
  readonly paused: number
  /** Agents that this call added; the others were imported before. */
  readonly added: number
  /** Appended by this call, the pauses included. */
  readonly stored: number
}

const MAX_BATCH_EVENTS = 500

/**
 * Imports what `openExport` opened. Agents that have not ended come paused, as they may still live in the store that they are
 * from: `resume` lets one go on. Broken off, it goes on when it is called again. No worker may perform on the store meanwhile.
 * Rejects, with nothing appended: with `UNREADABLE` or `NEWER_FORMAT` for a file that is damaged anywhere, `INVALID_INPUT` for a
 * redacted one and for an agent that cannot be paused, `COPY_DIFFERS` for an agent that the store has already, `TOO_LARGE`; and with
 * what the store rejects with.
 */
export async function importStreams(
  file: ExportedStreams,
  store: Store,
  options: ImportOptions = {},
): Promise<ImportResult> {
  return coded({ name: 'importStreams', takes: 1 }, [options], () => imported(file, store, options))
}

async function imported(file: ExportedStreams, store: Store, options: ImportOptions): Promise<ImportResult> {
  const { codecs = [], by, reason = 'imported' } = options
  checkOptions(options, { codecs: optionRule.any, by: optionRule.note, reason: optionRule.note })
  checkCodecs(options)
  requireImport(file, store)
  assertWhole(file)
  const reader = agentReader(file, { codecs })
  const log = agentLog(store, { codecs })
  const plans = await allInParallel(file.streams, ({ stream }) =>
    planStream(stream, { file, store, reader, log, world: systemWorld, by, reason }),
  )
  const open = plans.filter(({ isDone }) => !isDone)
  if (open.length > 0) await noteOrder(store.registers, 'changed')
  const turns = new Turns()
  const stored = await allInParallel(open, (plan) => carriedOut(plan, { file, store, turn: turns.next() }))
  const agents = plans.filter(({ isAgent }) => isAgent)
  return {
    agents: agents.length,
    paused: agents.filter(({ pause }) => pause !== undefined).length,
    added: agents.filter(({ isDone }) => !isDone).length,
    stored: stored.reduce((sum, events) => sum + events, 0),
  }
}

/** Streams are begun in the order of the file: none before the first append of the one before it is on its way. */
class Turns {
  #last: Promise<void> = Promise.resolve()

  next(): Turn {
    const before = this.#last
    let over: () => void = () => {}
    this.#last = new Promise((resolve) => (over = resolve))
    return { before, over }
  }
}

interface Turn {
  readonly before: Promise<void>
  /** Lets the next one begin. */
  readonly over: () => void
}

/** The number of events that were appended. */
async function carriedOut(
  { stream, known, head: first, pause }: StreamPlan,
  { file, store, turn }: { readonly file: ExportedStreams; readonly store: Store; readonly turn: Turn },
): Promise<number> {
  const { maxAppendBytes } = store.capabilities
  const room = maxAppendBytes - (pause === undefined ? 0 : appendBytes([pause]))
  let [head, stored, bytes]: [Head | undefined, number, number] = [first, 0, 0]
  let batch: NewEvent[] = []
  let last: Head | undefined = first
  const flush = async (events: readonly NewEvent[]): Promise<void> => {
    if (events.length === 0) return
    await turn.before
    const storing = storeBatch(store, stream, { events, head })
    turn.over()
    await storing
    head = last
    stored += events.length
    batch = []
    bytes = 0
  }
  try {
    for await (const page of file.read(stream, { from: toRevision(known) }))
      for (const event of page) {
        const size = appendBytes([event])
        if (batch.length === MAX_BATCH_EVENTS || bytes + size > room) await flush(batch)
        batch.push(toNew(event))
        bytes += size
        last = { revision: event.revision, id: event.id }
      }
    await flush(pause === undefined ? batch : [...batch, pause])
    return stored
  } finally {
    turn.over()
  }
}

function assertWhole({ isRedacted, trouble, streams }: ExportedStreams): void {
  if (isRedacted)
    throw new RefoldError('INVALID_INPUT', 'the file was redacted: no agent can go on from it', {
      hint: 'Export it again without redaction. The file can be looked at all the same.',
    })
  if (trouble === undefined) return
  const whole = streams.filter(({ isDamaged }) => isDamaged !== true).map(({ stream }) => stream)
  const before = whole.length === 0 ? 'No agent in it is whole.' : `Whole in it: ${listed(whole)}.`
  throw new RefoldError(trouble.code, `${trouble.message}; nothing was imported`, {
    cause: trouble,
    hint: `${before} Export it again from its store.`,
    facts: { ...trouble.facts, whole },
  })
}

const LISTED = 10

function listed(streams: readonly string[]): string {
  const more = streams.length - LISTED
  return streams.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
