/**
 * Unique, unguessable ids that a store can keep small: all ids of one process share their first ten bytes, so that only
 * six differ from row to row.
 */

/** Ids made with one prefix before a new one is drawn. */
const IDS_PER_PREFIX = 2 ** 32
const COUNTER_VALUES = 2 ** 48

/** What a test can replace. */
export interface IdSourceOptions {
  /** Fills the array with cryptographically strong random bytes. */
  readonly fillRandom?: (bytes: Uint8Array<ArrayBuffer>) => void
  readonly idsPerPrefix?: number
}

/**
 * A source of UUIDs in version 4's form (RFC 9562): ten random bytes, drawn at the first id and again after 2³² of them,
 * then a counter of six bytes that starts anywhere.
 */
export function idSource(options: IdSourceOptions = {}): () => string {
  const { fillRandom = (bytes) => globalThis.crypto.getRandomValues(bytes), idsPerPrefix = IDS_PER_PREFIX } = options
  let prefix = ''
  let counter = 0
  let left = 0
  return () => {
    if (left === 0) {
      const drawn = new Uint8Array(16)
      fillRandom(drawn)
      prefix = prefixOf(drawn)
      counter = counterOf(drawn)
      left = idsPerPrefix
    }
    left--
    counter = (counter + 1) % COUNTER_VALUES
    return prefix + counter.toString(16).padStart(12, '0')
  }
}

/** `xxxxxxxx-xxxx-4xxx-yxxx-`, with the bits of version and variant set. */
function prefixOf(bytes: Uint8Array): string {
  const hex = [...bytes.subarray(0, 10)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = (0x8 | (((bytes[8] ?? 0) >> 4) & 0x3)).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-`
}

function counterOf(bytes: Uint8Array): number {
  return bytes.subarray(10, 16).reduce((value, byte) => value * 256 + byte, 0)
}
