/** What waits for a person: approvals, and effects of which no one knows what became of them. */
import { readState, recentRecords } from '@refold/core/history'
import { isRefoldError } from '@refold/core/store'
import type { JsonValue } from '@refold/core/record'
import type { DirectoryEntry } from '@refold/core/store'
import { codedError } from '../answers/coded-error.js'
import { cutTo } from '../answers/cut.js'
import type { InboxItem, InboxView } from '../contract/fleet.js'
import { forEach, pagesOf } from './fleet-source.js'
import type { Survey } from './survey.js'

/** What exactly is asked, of a client with the definitions. */
export type Ask = (
  agent: string,
  event: string,
) => Promise<{ readonly payload: JsonValue; readonly payloadHash: string; readonly revision: number }>

export interface InboxQuery {
  /** Absent: no definitions are loaded. */
  readonly ask?: Ask | undefined
}

/** Agents that are looked at. */
const MOST_AGENTS = 200
/** Characters of what is to be approved, roughly. */
const MOST_PAYLOAD = 2_000
/** Records among which the one is looked for that brought an agent where it is. */
const RECENT = 50

/** Looks through the directory, and at the agents that wait, as far as they are not too many. */
export async function inboxOf(survey: Survey, { ask }: InboxQuery): Promise<InboxView> {
  const { waiting, isCut } = await waitingOf(survey)
  const items: InboxItem[] = []
  await forEach(waiting, undefined, async ({ entry, events }) => {
    if (entry.inDoubt > 0) items.push(...(await doubtsOf(survey, entry)))
    for (const event of events) items.push(...(await approvalOf(survey, { entry, event, ask })))
  })
  return { items: items.toSorted((one, other) => one.at - other.at), isCut }
}

interface Waiting {
  readonly entry: DirectoryEntry
  /** That need an approval. */
  readonly events: readonly string[]
}

async function waitingOf(survey: Survey): Promise<{ readonly waiting: readonly Waiting[]; readonly isCut: boolean }> {
  const waiting: Waiting[] = []
  for await (const page of pagesOf(survey, {})) {
    for (const entry of page) {
      const events = entry.status === 'active' ? await survey.asked.of(entry) : []
      if (events.length === 0 && entry.inDoubt === 0) continue
      if (waiting.length === MOST_AGENTS) return { waiting, isCut: true }
      waiting.push({ entry, events })
    }
  }
  return { waiting, isCut: false }
}

async function doubtsOf({ store, codecs = [] }: Survey, { stream }: DirectoryEntry): Promise<readonly InboxItem[]> {
  try {
    const { document, revision } = await readState(store, stream, { codecs })
    return Object.entries(document.effects).flatMap(([effect, { src, inDoubt, abandoned }]) => {
      const at = abandoned?.at ?? inDoubt?.since
      const why = abandoned === undefined && inDoubt !== undefined ? inDoubt.why : 'abandoned'
      return at === undefined ? [] : [{ kind: 'doubt', agent: stream, what: src, effect, at, revision, why }]
    })
  } catch (error) {
    if (!isRefoldError(error)) throw error
    return [{ kind: 'doubt', agent: stream, what: '', at: 0, revision: -1, error: codedError(error) }]
  }
}

interface Question {
  readonly entry: DirectoryEntry
  readonly event: string
  readonly ask: Ask | undefined
}

async function approvalOf(
  { store, codecs = [] }: Survey,
  { entry: { stream }, event, ask }: Question,
): Promise<readonly InboxItem[]> {
  let [at, newest] = [0, -1]
  for await (const record of recentRecords(store, stream, { codecs, limit: RECENT })) {
    newest = Math.max(newest, record.revision)
    at = record.at
    if (record.active !== undefined) break
  }
  const item: InboxItem = { kind: 'approval', agent: stream, what: event, at, revision: newest }
  if (ask === undefined) return [item]
  try {
    const { revision, payload, payloadHash } = await ask(stream, event)
    return [{ ...item, revision, asked: { payload: cutTo(payload, { path: '', most: MOST_PAYLOAD }), payloadHash } }]
  } catch (error) {
    // It has moved on meanwhile, or its context asks for nothing.
    if (isRefoldError(error, 'EVENT_NOT_ACCEPTED') || isRefoldError(error, 'NOT_ACTIVE')) return []
    return [{ ...item, error: codedError(error) }]
  }
}
