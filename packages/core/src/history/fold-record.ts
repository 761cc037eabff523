/** One record of a stream into a state; what is wrong with it is told with its place. */
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { checkState } from '../record/check-state.js'
import type { Folder } from '../record/fold.js'
import type { StateDocument } from '../record/state-document.js'
import type { StoredEvent } from '../store/port.js'

/** Folds one record of a stream, as `Folder` does. Throws `NEWER_FORMAT`, or `UNREADABLE` with the revision. */
export function addRecord(
  folder: Folder,
  event: StoredEvent,
  before?: (operation: PatchOperation) => void,
): 'ours' | 'foreign' {
  try {
    return folder.add(event, before) === 'folded' ? 'ours' : 'foreign'
  } catch (error) {
    if (isRefoldError(error, 'NEWER_FORMAT') || isOfCodec(error)) throw error
    throw unreadable(error, event)
  }
}

/** It says itself what is missing, and where. */
function isOfCodec(error: unknown): boolean {
  return isRefoldError(error, 'UNREADABLE') && ('codec' in error.facts || 'codecs' in error.facts)
}

/** Whether records in bulk failed for what they say, and not for the store: folded one by one, the damaged one is named. */
export function isOfRecords(error: unknown): boolean {
  return !isRefoldError(error) || error.code === 'UNREADABLE' || error.code === 'NEWER_FORMAT'
}

/** Throws `UNREADABLE` for a state that no agent can be in, with the record that gave it. */
export function checkFolded(state: StateDocument | undefined, at: Pick<StoredEvent, 'stream' | 'revision'>): void {
  try {
    checkState(state as unknown as JsonValue)
  } catch (error) {
    throw unreadable(error, at)
  }
}

const LOOK = 'Read the stream with `store.read`: the record at this revision, or one before it, is not one of an agent.'

/** `cause`: why the record cannot be folded, and what to do about it, if it says so. */
export function unreadable(
  cause: unknown,
  { stream, revision }: Pick<StoredEvent, 'stream' | 'revision'>,
): RefoldError {
  return new RefoldError('UNREADABLE', `record ${revision} of ${stream} cannot be folded`, {
    cause,
    facts: { stream, revision },
    hint: (isRefoldError(cause) ? cause.hint : undefined) ?? LOOK,
  })
}
