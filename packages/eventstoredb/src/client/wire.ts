/**
 * What the adapter asks of a client of EventStoreDB, in its own words. `db-client.ts`, with `serialised-event.ts`, knows the names
 * of a particular client, and no other file does; another client is another such file.
 */
import type { Readable } from 'node:stream'
import type { Expected } from '@refold/core/store'

/** A checkpoint of a followed log comes after at most so many events that were looked through. */
export const EVENTS_A_CHECKPOINT = 128

/** An event as it is sent. */
export interface WireEvent {
  readonly id: string
  readonly type: string
  /** JSON in UTF-8. */
  readonly data: Uint8Array
  /** JSON in UTF-8. */
  readonly metadata: Uint8Array
}

/** An event as it is stored. */
export interface WireRecord {
  readonly kind: 'event'
  readonly stream: string
  readonly id: string
  readonly type: string
  readonly revision: bigint
  readonly position: bigint
  readonly data: unknown
  readonly metadata: unknown
}

export type WireItem =
  | WireRecord
  /** Everything stored so far was given. */
  | { readonly kind: 'caught-up' }
  /** Everything up to here was given or filtered out. */
  | { readonly kind: 'checkpoint'; readonly position: bigint }

/** A call that gives items until it is cancelled. Its errors are told by `WireClient.failureOf`. */
export interface WireCall {
  readonly items: Readable
  readonly toItem: (item: unknown) => WireItem | undefined
  readonly cancel: () => Promise<void>
}

export interface WireAppended {
  readonly revision: bigint
  readonly position: bigint
}

/** `any`: no check. Only for registers, never for agents. */
export type WireExpected = Expected | 'any'

export interface WireReadOptions {
  /** Inclusive. */
  readonly from?: bigint
  readonly backwards?: boolean
  readonly limit?: number
}

/** Which streams of the whole log: those that begin with the prefix; without one, all but system streams and registers. */
export interface StreamFilter {
  readonly prefix: string
}

export interface WireClient {
  /** It takes no append any more, whatever becomes of the server. */
  readonly isSpoiled: boolean
  append(
    stream: string,
    events: readonly WireEvent[],
    options: { readonly expected: WireExpected; readonly deadlineMs: number },
  ): Promise<WireAppended>
  readStream(stream: string, options: WireReadOptions): WireCall
  /** Forwards from a position, inclusive; backwards before one, exclusive. */
  readAll(options: WireReadOptions): WireCall
  /** After a revision, exclusive. Never ends by itself but by an error. */
  followStream(stream: string, options: { readonly after?: bigint }): WireCall
  /** After a position, exclusive. */
  followAll(options: { readonly after?: bigint; readonly filter: StreamFilter }): WireCall
  setStreamMetadata(
    stream: string,
    metadata: { readonly maxCount: number },
    options: { readonly deadlineMs: number },
  ): Promise<void>
  deleteStream(stream: string, options: { readonly deadlineMs: number }): Promise<void>
  /** Cancels everything and closes the connection. Never rejects, and takes no longer than this. */
  dispose(options: { readonly withinMs: number }): Promise<void>
}
