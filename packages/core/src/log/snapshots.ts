/** Snapshots: a cache of the fold, one register an agent. Never trusted further than its anchor in the stream. */
import { isRefoldError } from '../errors.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js'
import { RECORD_FORMAT } from '../record/record.js'
import { toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { Registers } from '../store/port.js'
import { marksOf, marksToJson, open, seal } from './codec.js'
import type { Codec, CodecContext } from './codec.js'

export interface Snapshot {
  readonly revision: Revision
  /** Event id of the record at that revision: what anchors the snapshot in this very history. */
  readonly eventId: string
  readonly lastAt: number
  readonly state: StateDocument
}

export interface SnapshotFile {
  read(stream: string): Promise<Snapshot | undefined>
  write(stream: string, snapshot: Snapshot): Promise<void>
}

function register(stream: string): string {
  return `snapshot-${stream}`
}

/** Snapshots in a store's registers, their states encoded as records are. */
export function snapshotFile(registers: Registers, codecs: readonly Codec[]): SnapshotFile {
  return {
    async write(stream, { revision, eventId, lastAt, state }) {
      const document = state as unknown as JsonObject // an interface has no index signature; the document is JSON
      const { incarnation } = state.agent
      const about = { v: RECORD_FORMAT, incarnation, revision: Number(revision), eventId, lastAt }
      await registers.put(
        register(stream),
        codecs.length === 0
          ? { ...about, state: document }
          : { ...about, ...(await sealed(codecs, document, contextOf(stream, eventId))) },
      )
    },
    /** The last one, if it is of today's format and in itself consistent. One that cannot be decoded is none. */
    async read(stream) {
      const value = await registers.get(register(stream))
      if (!isJsonObject(value) || value['v'] !== RECORD_FORMAT) return undefined
      const { revision, eventId, lastAt, incarnation } = value
      if (!isRevision(revision) || typeof eventId !== 'string' || typeof lastAt !== 'number') return undefined
      const state = await stateIn(value, { codecs, context: contextOf(stream, eventId) })
      if (!isJsonObject(state)) return undefined
      const document = state as unknown as StateDocument
      if (document.agent?.incarnation !== incarnation) return undefined
      return { revision: toRevision(revision), eventId, lastAt, state: document }
    },
  }
}

async function sealed(codecs: readonly Codec[], state: JsonObject, context: CodecContext): Promise<JsonObject> {
  const { marks, text } = await seal(codecs, state, context)
  return { codecs: marksToJson(marks), sealed: text }
}

async function stateIn(
  value: JsonObject,
  { codecs, context }: { readonly codecs: readonly Codec[]; readonly context: CodecContext },
): Promise<JsonValue | undefined> {
  const marks = marksOf(value['codecs'])
  if (marks === undefined) return value['state']
  if (typeof value['sealed'] !== 'string') return undefined
  try {
    return await open(codecs, { marks, text: value['sealed'] }, context)
  } catch (error) {
    if (isRefoldError(error, 'UNREADABLE')) return undefined // the records decide, and say so if they cannot be read
    throw error
  }
}

function contextOf(stream: string, id: string): CodecContext {
  return { stream, id, kind: 'snapshot' }
}

function isRevision(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
