/**
 * The directory again from the log, while others append.
 *
 * Invariants: an entry depends on its own stream alone, so streams are looked at one after the other; an entry is
 * replaced in a transaction that finds the stream as long as it was folded.
 */
import type { DirectoryEntry, RebuiltDirectory, RefoldError } from '@refold/core/store'
import { applyHeader, isRefoldError, isSameEntry, readHeader, toRevision } from '@refold/core/store'
import type { CommitJob, Settle } from './commit/commit-job.js'
import type { OpenFile } from './opening.js'
import type { Guard } from './log-reader.js'

export interface RebuildOptions extends Guard {
  /** Answers when the job was carried out in a transaction. */
  readonly commit: <T>(makeJob: (settle: Settle<T>) => CommitJob) => Promise<T>
}

/** A stream as far as it was folded. */
interface Folded {
  readonly stream: string
  readonly entry: DirectoryEntry | undefined
  readonly lastRevision: number
}

const STREAMS_AT_ONCE = 500

/** A stream that is damaged keeps its entry. Rejects with the first one's `UNREADABLE` when all others are done. */
export async function rebuildDirectory(open: OpenFile, options: RebuildOptions): Promise<RebuiltDirectory> {
  let agents = 0
  let repaired = 0
  let damage: RefoldError | undefined
  for await (const names of streamNames(open, options)) {
    for (const stream of names) {
      try {
        const { entry, wasRepaired } = await rebuildEntry(open, stream, options)
        if (entry !== undefined) agents++
        if (wasRepaired) repaired++
      } catch (error) {
        if (!isRefoldError(error, 'UNREADABLE')) throw error
        damage ??= error
      }
    }
  }
  if (damage !== undefined) throw damage
  return { agents, repaired }
}

async function* streamNames({ file }: OpenFile, { guarded }: Guard): AsyncGenerator<readonly string[]> {
  const page = file.connection.prepare('SELECT id, name FROM stream WHERE id > ? ORDER BY id LIMIT ?')
  for (let after = 0; ;) {
    const rows = await guarded(() => page.all(after, STREAMS_AT_ONCE))
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(([, name]) => String(name))
    after = Number(last[0])
  }
}

async function rebuildEntry(
  open: OpenFile,
  stream: string,
  options: RebuildOptions,
): Promise<{ entry: DirectoryEntry | undefined; wasRepaired: boolean }> {
  let folded: Folded = { stream, entry: undefined, lastRevision: -1 }
  for (;;) {
    folded = await foldOn(open, folded, options)
    const { entry } = folded
    const found = await options.guarded(() => compare(open, folded))
    if (found === 'same') return { entry, wasRepaired: false }
    if (found === 'differs' && (await options.commit<boolean>((settle) => repairJob(open, folded, settle))))
      return { entry, wasRepaired: true }
  }
}

async function foldOn({ reader }: OpenFile, folded: Folded, { guarded }: Guard): Promise<Folded> {
  let { entry, lastRevision } = folded
  const { stream } = folded
  for await (const page of reader.read(stream, { from: toRevision(lastRevision + 1), guarded })) {
    for (const { metadata, revision } of page) {
      const header = readHeader(stream, metadata)
      if (header !== undefined) entry = applyHeader(entry, stream, header)
      lastRevision = Number(revision)
    }
  }
  return { stream, entry, lastRevision }
}

/** `longer`: someone appended meanwhile. */
function compare({ file }: OpenFile, { stream, entry, lastRevision }: Folded): 'same' | 'differs' | 'longer' {
  file.look()
  const row = file.streams.find(stream)
  if (row?.lastRevision !== lastRevision) return 'longer'
  return !row.isDamaged && isSameEntry(row.entry, entry) ? 'same' : 'differs'
}

/** Answers whether the entry is in place now. */
function repairJob(open: OpenFile, folded: Folded, { resolve, reject, deadline }: Settle<boolean>): CommitJob {
  const { streams } = open.file
  let isRepaired = false
  return {
    run: () => {
      isRepaired = compare(open, folded) !== 'longer'
      const row = streams.find(folded.stream)
      if (isRepaired && row !== undefined) streams.replace(row, folded.entry)
    },
    succeed: () => resolve(isRepaired),
    fail: reject,
    isStored: () => (isRepaired = compare(open, folded) === 'same'),
    deadline,
  }
}
