/**
 * Whether bytes are a message at all. The generated code trusts the lengths it reads: a few wrong bytes keep its decoder
 * busy for minutes, and with it the whole server. So every request is walked once before it is decoded.
 */

/** The fields of a message that are messages, by number. */
export interface MessageShape {
  readonly [field: number]: MessageShape
}

const LEAF: MessageShape = {}
const UUID: MessageShape = { 1: LEAF }
const EXPECTING: MessageShape = { 1: LEAF, 3: LEAF, 4: LEAF, 5: LEAF, 6: LEAF }
const PROPOSED: MessageShape = { 1: UUID, 2: LEAF }

export const READ_REQUEST: MessageShape = {
  1: {
    1: { 1: LEAF, 3: LEAF, 4: LEAF },
    2: { 1: LEAF, 2: LEAF, 3: LEAF },
    6: LEAF,
    7: { 1: LEAF, 2: LEAF, 4: LEAF },
    8: LEAF,
    9: { 1: LEAF, 2: LEAF },
    10: LEAF,
  },
}
export const APPEND_REQUEST: MessageShape = { 1: EXPECTING, 2: PROPOSED }
export const BATCH_APPEND_REQUEST: MessageShape = { 1: UUID, 2: EXPECTING, 3: PROPOSED }
export const DELETE_REQUEST: MessageShape = { 1: EXPECTING }

/** Throws unless the bytes are a message of this shape. */
export function assertMessage(bytes: Uint8Array, shape: MessageShape): void {
  if (!isMessage(bytes, { from: 0, to: bytes.length, shape })) throw new TypeError('the bytes are no message')
}

interface Part {
  readonly from: number
  readonly to: number
  readonly shape: MessageShape
}

function isMessage(bytes: Uint8Array, { from, to, shape }: Part): boolean {
  let at = from
  while (at < to) {
    const tag = varint(bytes, { from: at, to })
    if (tag === undefined) return false
    at = tag.end
    switch (tag.value % 8) {
      case 0: {
        const number = varint(bytes, { from: at, to })
        if (number === undefined) return false
        at = number.end
        break
      }
      case 1:
        at += 8
        break
      case 5:
        at += 4
        break
      case 2: {
        const length = varint(bytes, { from: at, to })
        if (length === undefined || length.end + length.value > to) return false
        const nested = shape[Math.floor(tag.value / 8)]
        const end = length.end + length.value
        if (nested !== undefined && !isMessage(bytes, { from: length.end, to: end, shape: nested })) return false
        at = end
        break
      }
      default:
        return false
    }
  }
  return at === to
}

/** `undefined`: it does not end in time. Beyond 2⁵³ the value is about right. */
function varint(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  let factor = 1
  for (let at = from; at < Math.min(to, from + 10); at++) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return { value, end: at + 1 }
    factor *= 128
  }
  return undefined
}
