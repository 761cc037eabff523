/** Snapshots: a cache of the fold, one register an agent. Never trusted further than its anchor in the stream. */
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { RECORD_FORMAT } from '../record/record.js'
import { toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { Store } from '../store/port.js'

export interface Snapshot {
  readonly revision: Revision
  /** Event id of the record at that revision: what anchors the snapshot in this very history. */
  readonly eventId: string
  readonly lastAt: number
  readonly state: StateDocument
}

function register(stream: string): string {
  return `snapshot-${stream}`
}

export async function writeSnapshot(store: Store, stream: string, snapshot: Snapshot): Promise<void> {
  await store.registers.put(register(stream), {
    v: RECORD_FORMAT,
    incarnation: snapshot.state.agent.incarnation,
    revision: Number(snapshot.revision),
    eventId: snapshot.eventId,
    lastAt: snapshot.lastAt,
    state: snapshot.state as unknown as JsonObject,
  })
}

/** The last snapshot, if it is of today's format and in itself consistent. */
export async function readSnapshot(store: Store, stream: string): Promise<Snapshot | undefined> {
  const value = await store.registers.get(register(stream))
  if (!isObject(value) || value['v'] !== RECORD_FORMAT) return undefined
  const { revision, eventId, lastAt, state, incarnation } = value
  if (!isRevision(revision) || typeof eventId !== 'string' || typeof lastAt !== 'number' || !isObject(state))
    return undefined
  const document = state as unknown as StateDocument
  if (document.agent?.incarnation !== incarnation) return undefined
  return { revision: toRevision(revision), eventId, lastAt, state: document }
}

function isRevision(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
