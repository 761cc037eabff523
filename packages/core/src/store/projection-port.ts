/**
 * What a store keeps for projections: documents by key, each set of them with the place in the log that it is up to; and the
 * log as projections read it.
 *
 * Invariant: documents and checkpoint of a build change in one transaction, and only from the revision that was expected.
 * So two processes that keep up one build cannot both count a record.
 */
import type { JsonValue } from '../json/json-value.js'
import type { Position, Revision } from '../record/revision.js'

/** One set of documents: of a projection, made by one version of its code. */
export interface ProjectionBuild {
  readonly projection: string
  readonly version: number
  /** Counts how often this version was built from the first record. From 1 on. */
  readonly generation: number
  /** Counts the commits of this build, from 1 on. */
  readonly revision: number
  /** `current`: what readers without the code are shown. One of a projection at most. */
  readonly state: 'building' | 'current' | 'previous'
  /** The record that it is up to, as a cursor; `null`: none yet. */
  readonly checkpoint: string | null
  /** Members of a document that readers may want to name: columns, on sqlite. */
  readonly members: readonly string[]
  /** When it was changed last, epoch milliseconds. */
  readonly at: number
  /** What the projection wants to remember with it. */
  readonly about: JsonValue
}

/** Names a build. */
export type BuildName = Pick<ProjectionBuild, 'projection' | 'version' | 'generation'>

/** What becomes of one build in a commit. */
export interface BuildChange {
  /** As it is to be; its revision is the expected one and 1. */
  readonly build: ProjectionBuild
  /** Its revision now; 0: it is not there yet. */
  readonly expected: number
  /** `undefined`: the document is removed. */
  readonly documents?: ReadonlyMap<string, JsonValue | undefined>
}

/** Documents of projections. Not part of the log: lost, they are made again from it. */
export interface Projections {
  /** Of one projection, or of all; in the order of projection, version and generation. */
  builds(projection?: string): Promise<readonly ProjectionBuild[]>
  /** All of it in one transaction, if each build is at its expected revision; `false`: one is not, and nothing was done. */
  commit(changes: readonly BuildChange[]): Promise<boolean>
  /** Those of these documents that are there. */
  get(build: BuildName, keys: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>
  /** Pages of documents in the order of their keys (as UTF-8), behind this key. */
  entries(
    build: BuildName,
    options?: { readonly after?: string; readonly limit?: number },
  ): AsyncIterable<ReadonlyArray<readonly [key: string, document: JsonValue]>>
  /** The build and its documents. One that is not there is removed already. */
  remove(build: BuildName): Promise<void>
  /**
   * The answer to one question in the store's own language, asked by people: on sqlite SQL, on a connection that only reads. It may
   * hold the process up. Absent where there is none. Rejects with `INVALID_INPUT`.
   */
  query?(question: string): Promise<QueryAnswer>
}

/** Rows of values, under the names of their columns. */
export interface QueryAnswer {
  readonly columns: readonly string[]
  /** An integer beyond 2⁵³ is its text: a number would be another one. */
  readonly rows: ReadonlyArray<readonly (string | number | null)[]>
}

/** An event as a projection looks at it: what it is made of may be parsed when it is asked for. */
export interface ScannedEvent {
  readonly stream: string
  readonly revision: Revision
  readonly position: Position
  readonly id: string
  readonly type: string
  readonly data: JsonValue
  /** `metadata.refold`, but of its body at most what the machine emitted; `undefined` where there is none. */
  readonly header: JsonValue | undefined
}

/** Some of the log, in order. */
export interface ScannedPage {
  /** Of the streams that were asked for. */
  readonly events: readonly ScannedEvent[]
  /** The last event that was passed, of whatever stream. */
  readonly last: Pick<ScannedEvent, 'stream' | 'revision' | 'position' | 'id'>
}

/** What is scanned. */
export interface ScanOptions {
  /** Exclusive. Default: from the first event. */
  readonly after?: Position
  /** Only streams that begin with one of these names and a hyphen. Default: all. */
  readonly definitions?: readonly string[]
}
