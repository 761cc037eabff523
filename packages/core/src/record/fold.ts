/**
 * Records into state. Runs no user code and needs no machine: it applies what the record says.
 *
 * Invariants: what is given in is never written; a state that was handed out never changes; folding on from any state
 * gives what folding from the first record gives; a patch writes to the state only.
 */
import { RefoldError } from '../errors.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { PatchedDocument } from '../json/patch.js'
import { hasReadableBody, recordHeader } from './header.js'
import { RECORD_FORMAT, type RecordHeader } from './record.js'
import type { StateDocument } from './state-document.js'

/** What a fold needs of a stored event. */
export interface FoldableEvent {
  readonly id: string
  readonly data: JsonValue
  readonly metadata: JsonValue
}

/**
 * The state after one record. A foreign record changes nothing. Both states share what did not change.
 * Throws `NEWER_FORMAT` for a record of a newer release, `UNREADABLE` for one that is damaged or does not fit the state.
 */
export function fold(state: StateDocument | undefined, event: FoldableEvent): StateDocument | undefined {
  const folder = new Folder(state)
  return folder.add(event) === 'folded' ? folder.result() : state
}

/** Folds many records in place: the state is copied only where records write to it. After a throw it is spent. */
export class Folder {
  readonly #document = new PatchedDocument({}, (copy) => this.#mayShare(copy))
  #foreign = 0
  #tookFromData = false

  constructor(state?: StateDocument) {
    this.#document.set('state', state as JsonValue | undefined)
  }

  /** Foreign records seen so far: they changed nothing, and someone should be told. */
  get foreign(): number {
    return this.#foreign
  }

  /** Folds one record. Throws as `fold` does; the error's facts name the event. `before` is told of each operation, while it has changed nothing. */
  add(event: FoldableEvent, before?: (operation: PatchOperation) => void): 'folded' | 'foreign' {
    const header = recordHeader(event)
    if (header === undefined) {
      this.#foreign++
      return 'foreign'
    }
    requireReadable(header, event)
    this.#document.set('data', event.data)
    this.#document.set('id', event.id)
    this.#tookFromData = false
    this.#document.apply(header.body.patch, before)
    return 'folded'
  }

  /** Applies operations that are not of a record: those that take records back. */
  apply(operations: readonly PatchOperation[]): void {
    this.#document.apply(operations)
  }

  /** A member of the document `{state, data, id}` as it stands now, for a look: what comes next may write to it. */
  view(member: string): JsonValue | undefined {
    return this.#document.view(member)
  }

  /**
   * A chart sees that two places of its contexts hold one object, and live none do. Inputs of effects it does not see,
   * and what came with a record stands nowhere yet.
   */
  #mayShare({ from, path }: { readonly from: string; readonly path: string }): boolean {
    if (path.startsWith('/state/effects/')) return true
    if (from.startsWith('/state/') || this.#tookFromData) return false
    return (this.#tookFromData = true)
  }

  /** The state so far; `undefined` before the first record. It stays as it is when more is added. */
  result(): StateDocument | undefined {
    return this.#document.get('state') as StateDocument | undefined // what the patches of records build
  }
}

function requireReadable(header: RecordHeader, event: FoldableEvent): void {
  if (header.v > RECORD_FORMAT) {
    throw new RefoldError(
      'NEWER_FORMAT',
      `The record ${event.id} has format ${header.v}; this release reads up to ${RECORD_FORMAT}.`,
      {
        hint: 'Update Refold in this process.',
        facts: { event: event.id, format: header.v },
      },
    )
  }
  if (!hasReadableBody(header)) {
    throw new RefoldError('UNREADABLE', `The record ${event.id} has no readable body.`, {
      hint: 'It is damaged, or its key is missing here.',
      facts: { event: event.id },
    })
  }
  for (const { path } of header.body.patch) {
    if (typeof path !== 'string' || (path !== '/state' && !path.startsWith('/state/'))) {
      throw new RefoldError('UNREADABLE', `The record ${event.id} writes to ${path}, which is not in the state.`, {
        facts: { event: event.id, path },
      })
    }
  }
}
