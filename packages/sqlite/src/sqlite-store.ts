/**
 * The embedded store: one SQLite file, shared by the processes of one machine.
 *
 * Invariants: an append is answered after its commit is on the disk; what callers hand in is turned into text inside the
 * call; nothing waits for a lock inside of SQLite for more than a moment.
 */
import { resolve } from 'node:path'
import type {
  AppendOptions,
  AppendResult,
  Directory,
  ExternalAppend,
  JsonValue,
  NewEvent,
  Presence,
  Projections,
  ReadAllOptions,
  ReadOptions,
  RebuiltDirectory,
  Registers,
  ReplayOptions,
  ReplayTarget,
  ScannedPage,
  ScanOptions,
  Store,
  StoreCapabilities,
  StoredEvent,
  StoreExamination,
  SubscribeTarget,
  SubscriptionItem,
} from '@refold/core/store'
import {
  assertNotEmpty,
  ChangeSignal,
  followLog,
  ExternalFeed,
  isRefoldError,
  RefoldError,
  toPosition,
  toRevision,
} from '@refold/core/store'
import { retryBusy } from './busy-retry.js'
import { examineFile } from './examine-file.js'
import { appendJob, registerJob, type CommitJob, type Settle } from './commit/commit-job.js'
import { documentsIn } from './documents.js'
import { rebuildDirectory } from './directory-rebuild.js'
import { loadDriver } from './driver/load-driver.js'
import { toRefoldError, writing } from './failure.js'
import { ExternalWatch } from './external-watch.js'
import type { Guard } from './log-reader.js'
import { assertFileName, Opening, type OpenFile } from './opening.js'
import { patiently } from './patiently.js'
import { prepareAppend } from './prepare-append.js'
import { queryFile } from './query-file.js'
import { WorkerLocks } from './presence/worker-locks.js'
import { resolveOptions, type ResolvedOptions, type SqliteStoreOptions } from './sqlite-options.js'

/**
 * A store in this file, which is made, with its directory, if it is not there. What is wrong with the file is told by the
 * first operation: `STORE_FATAL`, `NEWER_FORMAT`. Throws `STORE_FATAL` for a name that is none, as `:memory:`.
 */
export function sqliteStore(file: string, options: SqliteStoreOptions = {}): Store {
  assertFileName(file)
  return new SqliteStore(file, resolveOptions(options))
}

class SqliteStore implements Store {
  readonly capabilities: StoreCapabilities
  readonly registers: Registers
  readonly directory: Directory
  readonly projections: Projections
  readonly presence: Presence
  readonly #path: string
  readonly #options: ResolvedOptions
  readonly #locks: WorkerLocks
  readonly #changes = new ChangeSignal()
  readonly #external = new ExternalFeed()
  readonly #watch: ExternalWatch
  readonly #opening: Opening
  readonly #guard: Guard = { guarded: (access) => this.#access(() => access()) }
  #open: OpenFile | undefined
  #subscriptions = 0
  #closing: Promise<void> | undefined

  constructor(path: string, options: ResolvedOptions) {
    this.#path = resolve(path)
    this.#options = options
    this.capabilities = { maxAppendBytes: options.maxAppendBytes, durable: true }
    this.#watch = new ExternalWatch({
      intervalMs: options.pollIntervalMs,
      isNeeded: () => this.#subscriptions > 0 || this.#external.listened,
      onError: (error) => this.#lookFailed(error),
    })
    this.#opening = new Opening(path, {
      ...options,
      onOpen: (open) => this.#opened(open),
      onCommit: () => this.#changes.notify(),
      stopped: () => this.#closing !== undefined,
    })
    this.#locks = new WorkerLocks(path, {
      ...options,
      isNamed: (worker) => this.#open?.directory.isNamed(worker) ?? true,
    })
    this.registers = {
      put: async (name, value) => this.#setRegister(name, JSON.stringify(value)),
      get: (name) => this.#access(({ registers }) => parseRegister(registers.get.get(name)?.[0])),
      remove: async (name) => this.#setRegister(name, undefined),
    }
    this.directory = {
      find: (query = {}) => this.#iterate((open, guard) => open.directory.find(query, guard)),
      get: (stream) => this.#access(({ directory }) => directory.get(stream)),
      rebuild: async () => this.#rebuildDirectory(),
    }
    this.projections = this.#documents()
    this.presence = {
      announce: async (worker) => (this.#assertOpen(), this.#locks.announce(worker)),
      provenDead: async (worker) => (this.#assertOpen(), this.#locks.provenDead(worker)),
    }
  }

  async append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult> {
    this.#assertOpen()
    assertNotEmpty(stream, events)
    const { maxAppendBytes } = this.#options
    const captured = this.#open === undefined ? (JSON.parse(JSON.stringify(events)) as readonly NewEvent[]) : events
    const open = this.#open ?? (await this.#opening.file())
    const append = writing(() => prepareAppend(open.file, { ...options, stream, events: captured, maxAppendBytes }))
    return this.#commit(open, (settle) => appendJob(open.file, append, settle))
  }

  read(stream: string, options: ReadOptions = {}): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    return this.#iterate((open, guard) => open.reader.read(stream, { ...options, ...guard }))
  }

  readAll(options: ReadAllOptions = {}): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    return this.#iterate((open, guard) => open.reader.readAll({ ...options, ...guard }))
  }

  async replay(stream: string, options: ReplayOptions, target: ReplayTarget): Promise<void> {
    this.#assertOpen()
    const open = this.#open ?? (await this.#opening.file())
    return open.replay.replay(stream, { ...options, ...this.#guard }, target)
  }

  scan(options: ScanOptions = {}): AsyncGenerator<ScannedPage, void, undefined> {
    return this.#iterate((open, guard) => open.scan.scan({ ...options, ...guard }))
  }

  async *subscribe(
    target: SubscribeTarget,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<SubscriptionItem, void, undefined> {
    this.#assertOpen()
    let { after } = target
    const nextPage = async (): Promise<readonly StoredEvent[]> => {
      const pages =
        'all' in target
          ? this.readAll(after === undefined ? {} : { after: toPosition(after) })
          : this.read(target.stream, after === undefined ? {} : { from: toRevision(after + 1n) })
      for await (const page of pages) {
        after = 'all' in target ? page.at(-1)?.position : page.at(-1)?.revision
        return page
      }
      return []
    }
    const { signal } = options
    const patience = { signal, stopped: () => this.#changes.closed }
    this.#subscriptions++
    this.#watch.start()
    try {
      const pages = async () => (await patiently(nextPage, patience)) ?? []
      yield* followLog({ nextPage: pages, changes: this.#changes, signal })
    } finally {
      this.#subscriptions--
    }
  }

  externalAppends(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<readonly ExternalAppend[]> {
    this.#assertOpen()
    this.#watch.look() // what was appended before this call is not reported
    const reports = this.#external.listen(options)
    this.#watch.start()
    return reports
  }

  async examine(): Promise<StoreExamination> {
    this.#assertOpen()
    const opening = Promise.resolve(this.#opening.file())
    const failure = await opening.then(
      () => undefined,
      (error: unknown) => error,
    )
    return examineFile(this.#path, { ...this.#options, failure, locks: this.#locks })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#changes.close()
    this.#external.close()
    this.#watch.close()
    const open = await this.#opening.ended()
    await open?.queue.drained()
    await this.#locks.close()
    open?.queue.close()
    open?.file.close()
  }

  #opened(open: OpenFile): void {
    this.#open = open
    open.file.onExternal = (appends) => {
      if (this.#external.listened) for (const append of appends()) this.#external.report(append)
      this.#changes.notify()
    }
    this.#watch.open(open.file)
  }

  /** Those who wait read, and meet the error there; those who wait for others are told. */
  #lookFailed(error: unknown): void {
    this.#changes.notify()
    if (isRefoldError(error, 'STORE_FATAL')) this.#external.fail(error)
  }

  async #rebuildDirectory(): Promise<RebuiltDirectory> {
    this.#assertOpen()
    const open = this.#open ?? (await this.#opening.file())
    return rebuildDirectory(open, { ...this.#guard, commit: (makeJob) => this.#commit(open, makeJob) })
  }

  async #setRegister(name: string, text: string | undefined): Promise<void> {
    this.#assertOpen()
    const open = this.#open ?? (await this.#opening.file())
    return this.#commit(open, (settle) => registerJob(open.registers, { name, text }, settle))
  }

  #documents(): Projections {
    return documentsIn({
      access: (look) => this.#access(look),
      iterate: (pages) => this.#iterate(pages),
      commit: async (makeJob) => {
        this.#assertOpen()
        const open = this.#open ?? (await this.#opening.file())
        return this.#commit(open, (settle) => makeJob(open, settle))
      },
      query: (question) => this.#access(() => queryFile(this.#path, question, loadDriver(this.#options.driver))),
    })
  }

  #commit<T>({ queue }: OpenFile, makeJob: (settle: Settle<T>) => CommitJob): Promise<T> {
    const deadline = performance.now() + this.#options.busyTimeoutMs
    return new Promise((resolve, reject) => queue.add(makeJob({ resolve, reject, deadline })))
  }

  /** One look at the file; waits while it is locked. */
  async #access<T>(look: (open: OpenFile) => T): Promise<T> {
    this.#assertOpen()
    const open = this.#open ?? (await this.#opening.file())
    const stopped = (): boolean => this.#closing !== undefined
    try {
      return await retryBusy(() => (this.#assertOpen(), looked(open, look)), {
        budgetMs: this.#options.busyTimeoutMs,
        stopped,
      })
    } catch (error) {
      throw toRefoldError(error, { doing: 'reading the store' })
    }
  }

  async *#iterate<T>(
    pages: (open: OpenFile, guard: Guard) => AsyncGenerator<T, void, undefined>,
  ): AsyncGenerator<T, void, undefined> {
    this.#assertOpen()
    const open = this.#open ?? (await this.#opening.file())
    yield* pages(open, this.#guard)
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new RefoldError('CLOSED', 'the store is closed')
  }
}

/** What was read counts only when the file is still the one that this process knows. */
function looked<T>(open: OpenFile, look: (open: OpenFile) => T): T {
  try {
    return look(open)
  } finally {
    open.file.look()
  }
}

function parseRegister(text: unknown): JsonValue | undefined {
  return typeof text === 'string' ? JSON.parse(text) : undefined
}
