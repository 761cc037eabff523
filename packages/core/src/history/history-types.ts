/** Words of a history that its parts share. All of it is plain JSON; revisions are numbers, since JSON has no big integers. */
import type { RefoldError } from '../errors.js'
import type { Codec } from '../log/codec.js'
import type { Upcaster } from '../log/upcaster.js'
import type { Revision } from '../record/revision.js'
import type { Store, StoredEvent } from '../store/port.js'

/**
 * What a history is read from: a store, or what `openExport` gives. Only `read` is needed; `subscribe` is for `follow`. Only
 * stores have `replay`, with which a state is made faster, and `readAll`, by which an export knows where it began.
 */
export interface HistorySource extends Partial<Pick<Store, 'subscribe' | 'replay' | 'readAll'>> {
  /** Values of secret fields were left out: there is nothing to hide. */
  readonly isRedacted?: boolean
  read(
    stream: string,
    options?: { readonly from?: Revision; readonly limit?: number },
  ): AsyncIterable<readonly StoredEvent[]>
}

/** A revision, or the newest record at or before a time in epoch milliseconds. */
export type HistoryMoment = number | bigint | { readonly at: number }

/** Of whatever shows records or states. */
export interface HideSecretsOptions {
  /**
   * Without the values of fields that a schema says are secret (`.meta({ secret: true })`): `[secret <n>]` stands in their place, and
   * where their text went. Rejects with `NOT_FOUND` where a chart, or the origin of a fork, is not there that says what is secret. Of
   * agents without such fields it costs nothing. Default: `false`.
   */
  readonly hideSecrets?: boolean
}

/** Of `openHistory`. */
export interface HistoryOptions extends HideSecretsOptions {
  /** Those that the records were written with, in the same order. */
  readonly codecs?: readonly Codec[]
  /** What outside events of an older shape look like to readers. */
  readonly upcasters?: readonly Upcaster[]
}

/** Where a history cannot be folded on, and why: `UNREADABLE` or `NEWER_FORMAT`. What stands before it can be shown. */
export interface HistoryTrouble {
  /** Of the record that stops the fold, or that is missing. */
  readonly revision: number
  readonly error: RefoldError
}
