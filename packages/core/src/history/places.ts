/** Places of a state, as a JSON pointer names them: what stands there, and which records wrote to it. */
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { arrayIndex, parsePointer } from '../json/pointer.js'
import { childOf } from '../json/undo.js'
import type { StateDocument } from '../record/state-document.js'
import { placeOf } from './value-path.js'

/**
 * A reader of one place of states. `path` is a JSON pointer as `blame` takes it; of a place that is not there the reader gives
 * `undefined`. Throws `INVALID_INPUT` for what is no pointer.
 */
export function fieldAt(path: string): (state: StateDocument) => JsonValue | undefined {
  const [, ...keys] = placeOf(path)
  return (state) => keys.reduce<JsonValue | undefined>(childOf, state as unknown as JsonValue) // a state is JSON
}

/**
 * A test of records: whether one wrote to the place, to something within, or to something around it. `path` is a JSON pointer as
 * `blame` takes it; an item of an array is named by its index at that time. A record that appends to an array does not say at which
 * index: it may have been any. Throws `INVALID_INPUT` for what is no pointer.
 */
export function touches(path: string): (record: { readonly patch?: readonly PatchOperation[] }) => boolean {
  const place = placeOf(path)
  return ({ patch = [] }) =>
    patch.some((operation) => {
      const written = parsePointer(operation.path)
      const length = Math.min(written.length, place.length)
      return written.slice(0, length).every((key, at) => key === place[at] || (key === '-' && isIndex(place[at])))
    })
}

function isIndex(key: string | undefined): boolean {
  return key !== undefined && arrayIndex(key) >= 0
}
