/** Whether the directory that was kept says what the log says. */
import { withCode } from '../errors.js'
import { applyHeader, isSameEntry, readHeader } from '../store/directory-projection.js'
import type { DirectoryEntry, Store } from '../store/port.js'
import { assertNotClosed, ofAway } from './examined.js'
import type { ExaminedFinding } from './examined.js'
import { counted } from '../world/counted.js'

/** A stream as the log has it. */
export interface KnownStream {
  /** As the headers say; `undefined`: no agent's. */
  entry: DirectoryEntry | undefined
  records: number
  /** One of its records cannot be read at all: the directory cannot be held against it. */
  isDamaged: boolean
}

/** A few are named. */
const NAMED = 5
/** An agent that moves on all the time. */
const MOST_LOOKS = 5

export async function examineDirectory(
  store: Store,
  streams: ReadonlyMap<string, KnownStream>,
): Promise<readonly ExaminedFinding[]> {
  const wrong: string[] = []
  try {
    const kept = new Map<string, DirectoryEntry>()
    for await (const page of store.directory.find()) for (const entry of page) kept.set(entry.stream, entry)
    for (const stream of new Set([...kept.keys(), ...streams.keys()])) {
      if (streams.get(stream)?.isDamaged === true) continue
      if (isSameEntry(kept.get(stream), streams.get(stream)?.entry)) continue
      if (!(await isRight(store, stream))) wrong.push(stream)
    }
  } catch (error) {
    const coded = withCode(assertNotClosed(error), 'reading the directory')
    const message = `the directory cannot be read: ${coded.message}`
    return [ofAway(coded) ?? { trouble: 'DIRECTORY', kind: 'wrong', message, remedy: REBUILD }]
  }
  if (wrong.length === 0) return []
  const named = `${wrong.slice(0, NAMED).join(', ')}${wrong.length > NAMED ? ', …' : ''}`
  return [
    {
      trouble: 'DIRECTORY',
      kind: 'wrong',
      message: `the directory does not say of ${counted(wrong.length, 'agent')} what the records say: ${named}`,
      remedy: REBUILD,
    },
  ]
}

const REBUILD = 'Make it again from the log: nothing is lost.'

/** Looked at once more: others append meanwhile. */
async function isRight(store: Store, stream: string): Promise<boolean> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const before = await store.directory.get(stream)
    let entry: DirectoryEntry | undefined
    for await (const page of store.read(stream))
      for (const { metadata } of page) {
        const header = readHeader(stream, metadata)
        if (header !== undefined) entry = applyHeader(entry, stream, header)
      }
    if (isSameEntry(before, entry)) return true
    if (isSameEntry(before, await store.directory.get(stream))) return false
  }
  return true
}
