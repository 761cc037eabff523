/**
 * Group commit: what is asked for in one turn of the event loop shares one transaction, and so one wait for the disk.
 *
 * Invariants:
 * 1. Each job succeeds or fails alone: a transaction in which one job failed is rolled back, and each of its jobs is
 *    tried in a transaction of its own, in their order.
 * 2. A job is answered only after its commit, or when it is known not to be stored; else its answer is `STORE_UNKNOWN`.
 *    After a failed sync the frames of the transaction may lie in the WAL, complete, and a crash would bring them back;
 *    they are surely gone only when a later commit has overwritten them. So the queue tries one (`#seal`).
 * 3. A locked file holds up the jobs, not the event loop; a job gives up at its deadline.
 * 4. With a `WalSync` the transaction's answer waits for it, and the jobs that come meanwhile share the next one. After one that
 *    failed nothing is written any more.
 */
import { isRefoldError } from '@refold/core/store'
import { pauseAfter } from '../busy-retry.js'
import { isBusy, sqliteCode, toRefoldError, unknownOutcome } from '../failure.js'
import type { LogFile } from '../log-file.js'
import type { CommitJob } from './commit-job.js'
import type { WalSync } from './wal-sync.js'

type Outcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'busy'; readonly error: unknown }
  /** Before the commit: surely not stored. */
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'uncertain'; readonly error: unknown }

/** Bounds how long one transaction keeps the event loop. */
const MAX_GROUP = 500

export class CommitQueue {
  readonly #file: LogFile
  readonly #onCommit: () => void
  #jobs: CommitJob[] = []
  #scheduled = false
  #busyAttempts = 0
  #idle: (() => void)[] = []
  readonly #walSync: WalSync | undefined
  #syncs = 0

  constructor(file: LogFile, { onCommit, walSync }: { readonly onCommit: () => void; readonly walSync?: WalSync }) {
    this.#file = file
    this.#onCommit = onCommit
    this.#walSync = walSync
  }

  add(job: CommitJob): void {
    this.#jobs.push(job)
    this.#schedule()
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    if (this.#jobs.length === 0 && this.#syncs === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** After it has drained. */
  close(): void {
    this.#walSync?.close()
  }

  #schedule(): void {
    if (this.#scheduled || this.#jobs.length === 0 || this.#syncs > 0) return
    this.#scheduled = true
    if (this.#busyAttempts === 0) setImmediate(() => this.#flush())
    else setTimeout(() => this.#flush(), pauseAfter(this.#busyAttempts))
  }

  #flush(): void {
    this.#scheduled = false
    const group = this.#jobs.splice(0, MAX_GROUP)
    this.#commit(group)
    this.#goOn()
  }

  #goOn(): void {
    this.#schedule()
    if (this.#jobs.length > 0 || this.#syncs > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Each alone; where one has to wait for the lock, those behind it wait too. */
  #commitEach(group: readonly CommitJob[]): void {
    for (let at = 0; at < group.length; at++) {
      this.#commit(group.slice(at, at + 1), group.slice(at + 1))
      if (this.#busyAttempts > 0) return
    }
  }

  /** `behind`: what waits with it where it has to wait. */
  #commit(group: readonly CommitJob[], behind: readonly CommitJob[] = []): void {
    const outcome = this.#tryCommit(group)
    this.#busyAttempts = outcome.kind === 'busy' ? this.#busyAttempts + 1 : 0
    switch (outcome.kind) {
      case 'committed':
        return this.#committed(group)
      case 'busy':
        return this.#postpone([...group, ...behind], outcome.error)
      case 'refused':
        if (group.length > 1) return this.#commitEach(group)
        for (const job of group) job.fail(toRefoldError(outcome.error, { doing: 'writing to the store' }))
        return
      case 'uncertain':
        return this.#findOut(group, outcome.error)
    }
  }

  /** Answers when the commit is on the disk. */
  #committed(group: readonly CommitJob[]): void {
    const succeed = (): void => {
      for (const job of group) job.succeed()
      this.#onCommit()
    }
    if (this.#walSync === undefined) return succeed()
    const fail = (error: unknown): void => {
      for (const job of group) job.fail(unknownOutcome(error))
      this.#onCommit()
    }
    if (group.length === 1) {
      try {
        this.#walSync.syncNow()
      } catch (error) {
        return fail(error)
      }
      return succeed()
    }
    this.#syncs++
    const syncing = this.#walSync.sync().then(succeed, fail)
    void syncing.finally(() => {
      this.#syncs--
      this.#goOn()
    })
  }

  #tryCommit(group: readonly CommitJob[]): Outcome {
    const file = this.#file
    try {
      this.#walSync?.assertWell()
      file.begin()
    } catch (error) {
      file.rollback()
      return { kind: isBusy(error) ? 'busy' : 'refused', error }
    }
    try {
      for (const job of group) job.run()
    } catch (error) {
      file.rollback()
      return { kind: 'refused', error }
    }
    try {
      file.commit()
      return { kind: 'committed' }
    } catch (error) {
      file.rollback()
      // what went into a file that no one will read is not stored, whatever this connection sees of it
      return { kind: isRefoldError(error, 'STORE_FATAL') ? 'refused' : 'uncertain', error }
    }
  }

  /** Puts back what may still wait, before what came later. */
  #postpone(group: readonly CommitJob[], error: unknown): void {
    const now = performance.now()
    this.#jobs.unshift(...group.filter((job) => job.deadline > now))
    for (const job of group)
      if (job.deadline <= now) job.fail(toRefoldError(error, { doing: 'waiting for the lock of the file' }))
  }

  #findOut(group: readonly CommitJob[], error: unknown): void {
    // a full disk: the frame that ends the transaction was not written, so it needs no overwriting
    const settled = sqliteCode(error) === 'FULL' || this.#seal()
    for (const job of group) {
      try {
        const isStored = job.isStored()
        if (isStored) this.#walSync?.syncNow()
        if (isStored) job.succeed()
        else job.fail(settled ? toRefoldError(error, { doing: 'committing' }) : unknownOutcome(error))
      } catch {
        job.fail(unknownOutcome(error))
      }
    }
    this.#onCommit()
  }

  /** Commits something small over whatever the failed commit left in the WAL. Whether that is on the disk. */
  #seal(): boolean {
    try {
      this.#file.begin()
      this.#file.connection.exec('UPDATE seal SET count = count + 1')
      this.#file.commit()
      this.#walSync?.syncNow()
      return true
    } catch {
      this.#file.rollback()
      return false
    }
  }
}
