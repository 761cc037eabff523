/** The documents of projections, by the ways in which a store looks at its file and commits to it. */
import type { Projections, QueryAnswer } from '@refold/core/store'
import type { CommitJob, Settle } from './commit/commit-job.js'
import type { Guard } from './log-reader.js'
import type { OpenFile } from './opening.js'

/** What a store does with its file. */
export interface FileWays {
  /** One look at it. */
  readonly access: <T>(look: (open: OpenFile) => T) => Promise<T>
  readonly iterate: <T>(pages: (open: OpenFile, guard: Guard) => AsyncGenerator<T, void, undefined>) => AsyncIterable<T>
  readonly commit: <T>(makeJob: (open: OpenFile, settle: Settle<T>) => CommitJob) => Promise<T>
  readonly query: (question: string) => Promise<QueryAnswer>
}

export function documentsIn({ access, iterate, commit, query }: FileWays): Projections {
  return {
    builds: (projection) => access(({ projections }) => projections.builds(projection)),
    commit: (changes) => commit<boolean>(({ projections }, settle) => projections.commitJob(changes, settle)),
    get: (build, keys) => access(({ projections }) => projections.get(build, keys)),
    entries: (build, options = {}) =>
      iterate((open, guard) => open.projections.entries(build, { ...options, ...guard })),
    remove: (build) => commit<void>(({ projections }, settle) => projections.removeJob(build, settle)),
    query,
  }
}
