/** What an agent was after a record, and the record. */
import { takenEvents } from '@refold/core/history'
import type { AgentHistory, HistoryPoint, HistoryRecord } from '@refold/core/history'
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { PointView, ValuePart } from '../contract/agent.js'
import { cutTo, MOST, partAt } from './cut.js'
import { heldUpBy } from './held-up.js'
import type { OpenedAgent } from './opened-agents.js'

/** As much as fits of both. */
export async function pointOf(opened: OpenedAgent, revision: number): Promise<PointView> {
  const { history } = opened
  const point = await history.at(revision)
  const record = await history.record(revision)
  const whole = wholeOf(point, record)
  const [takes, heldUp] = [await takesOf(point, opened), await heldUpBy(history, point)]
  return {
    ...(cutMembers(whole) as unknown as PointView), // what was cut is JSON as well
    edges: record.path ?? [],
    changed: changedBy(record),
    ...(takes === undefined ? undefined : { takes }),
    ...(heldUp === undefined ? undefined : { heldUp: heldUp as unknown as JsonObject }),
  }
}

/** A record, long values as `Cut`. */
export async function recordOf(history: AgentHistory, revision: number): Promise<HistoryRecord> {
  const record = await history.record(revision)
  return cutTo(asJson(record), { path: '/record' }) as unknown as HistoryRecord // what was cut is JSON as well
}

/** What stands at a path of a point, which may be that of its record. */
export async function valueOf(
  history: AgentHistory,
  { at, path, from = 0 }: { readonly at: number; readonly path: string; readonly from?: number | undefined },
): Promise<ValuePart> {
  const isOfRecord = /^\/record(\/|$)/.test(path)
  const record = await history.record(at)
  const whole = isOfRecord ? { record: asJson(record) } : wholeOf(await history.at(at), record)
  return partAt(whole, { path, from })
}

/** The owners until then and the context stand in the skeleton and the document. */
function wholeOf(point: HistoryPoint, record: HistoryRecord): JsonObject {
  const { owners: _owners, context: _context, ...shown } = point
  return asJson({ ...shown, record }) as JsonObject
}

/** The document and the record are what is looked at: each has its own room. */
function cutMembers(whole: JsonObject): JsonObject {
  const { document, record, ...rest } = whole
  return {
    ...(cutTo(rest, { path: '', most: MOST / 4 }) as JsonObject),
    document: cutTo(document as JsonValue, { path: '/document', most: MOST / 2 }),
    record: cutTo(record as JsonValue, { path: '/record', most: MOST / 4 }),
  }
}

function asJson(value: object): JsonValue {
  return value as unknown as JsonObject // histories give plain JSON
}

async function takesOf(
  { status, active, document }: HistoryPoint,
  { chart }: OpenedAgent,
): Promise<PointView['takes']> {
  const stored = await chart(document.agent.fingerprint)
  if (stored === undefined) return undefined
  return status === 'active' ? takenEvents(stored, active) : []
}

const MOST_CHANGED = 1_000

/** Pointers into the state; a patch speaks of `{state, data, id}`. */
function changedBy({ patch = [] }: HistoryRecord): readonly string[] {
  const paths = patch.map(({ path }) => path.replace(/^\/state(?=\/|$)/, ''))
  return [...new Set(paths)].slice(0, MOST_CHANGED)
}
