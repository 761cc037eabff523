/** What a stream's metadata says of what is to be seen of it. */

export interface StreamMetadata {
  /** Only the newest so many are seen. */
  readonly maxCount?: number
  /** Only events younger than this are seen. */
  readonly maxAgeMs?: number
  /** `$tb`: nothing below this revision is seen. */
  readonly truncateBefore?: number
  /** Deleted softly: as if it were not there, until someone appends. */
  readonly isDeleted?: boolean
  /** Everything, as it was written. */
  readonly raw: Readonly<Record<string, unknown>>
}

export const NO_METADATA: StreamMetadata = { raw: {} }

/** The real server keeps one event in every metadata stream. */
export const METADATA_OF_METADATA: StreamMetadata = { maxCount: 1, raw: {} }

/** What the server writes into the metadata of a stream that is deleted softly: it replaces what was there. */
export const SOFT_DELETED = '{"$tb":9223372036854775807}'

/** Reads it as the real server does: what makes no sense is ignored. */
export function parseMetadata(data: Uint8Array): StreamMetadata {
  const raw = parseObject(data)
  const maxCount = positive(raw['$maxCount'])
  const maxAgeSeconds = positive(raw['$maxAge'])
  const truncateBefore = positive(raw['$tb'])
  return {
    raw,
    ...(maxCount !== undefined && { maxCount }),
    ...(maxAgeSeconds !== undefined && { maxAgeMs: maxAgeSeconds * 1000 }),
    ...(truncateBefore !== undefined &&
      (truncateBefore >= Number.MAX_SAFE_INTEGER ? { isDeleted: true } : { truncateBefore })),
  }
}

/** The metadata of a stream that was deleted softly and is appended to again: numbering goes on, the past stays unseen. */
export function undeleted({ raw }: StreamMetadata, { from }: { readonly from: number }): string {
  return JSON.stringify({ ...raw, $tb: from })
}

/** The first revision that may be seen. */
export function firstVisible(metadata: StreamMetadata, { last }: { readonly last: number }): number {
  const byCount = metadata.maxCount === undefined ? 0 : last + 1 - metadata.maxCount
  return Math.max(0, byCount, metadata.truncateBefore ?? 0)
}

/** Events created before this moment are not seen, epoch milliseconds. */
export function oldestVisible(metadata: StreamMetadata, { now }: { readonly now: number }): number {
  return metadata.maxAgeMs === undefined ? -Infinity : now - metadata.maxAgeMs
}

function parseObject(data: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined
}
