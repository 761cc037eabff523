/** Workers of one store file under load, from the outside: what a test tells them and waits for. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drained, DrainOptions } from '@refold/core'
import type { RecordMetadata } from '@refold/core/record'
import { startChild } from './child.js'
import type { Child } from './child.js'
import { factsOf, readFacts, sharedNow } from './fact.js'
import type { Fact } from './fact.js'
import { StoreWatch } from './store-watch.js'

export interface LoadOptions {
  /** Where the store's file is made. Default: a new directory. */
  readonly directory?: string
  readonly leaseDurationMs: number
  readonly heartbeatEveryMs?: number
  /** How often each worker sends a note to one of its agents. Default: never. */
  readonly notesEveryMs?: number
  readonly rounds: number
  /** Bytes that each outcome has more. */
  readonly padding?: number
}

export interface Worker extends Child {
  readonly name: string
  /** As records name it. */
  readonly id: string
}

export interface WorkerSettings {
  readonly patience?: number
  readonly capacity?: number
}

/** For what a run comes to in seconds where no one else works. Says nothing of the product. */
export const ALL_WITHIN_MS = 240_000

/** `await using` kills what still runs and deletes the files. */
export class LoadRun implements AsyncDisposable {
  readonly store: string
  readonly #options: LoadOptions
  readonly #facts: string
  readonly #directory: string
  readonly #children: Child[] = []
  #watch: StoreWatch | undefined
  #agents = 0

  constructor(options: LoadOptions) {
    this.#options = options
    this.#directory = mkdtempSync(join(tmpdir(), 'refold-load-'))
    this.#facts = join(this.#directory, 'facts.jsonl')
    this.store = join(options.directory ?? this.#directory, 'agents.db')
  }

  get watch(): StoreWatch {
    return (this.#watch ??= new StoreWatch(this.store))
  }
  get facts(): readonly Fact[] {
    return readFacts(this.#facts)
  }
  get agents(): number {
    return this.#agents
  }

  /** Resolves when it works. `patience` makes its bodies take that many times as long. */
  async worker(name: string, { patience = 1, capacity }: WorkerSettings = {}): Promise<Worker> {
    const { leaseDurationMs, heartbeatEveryMs = leaseDurationMs / 4, notesEveryMs } = this.#options
    const paths = { store: this.store, facts: this.#facts }
    const child = startChild('load-worker.mjs', {
      ...paths,
      name,
      patience,
      capacity,
      leaseDurationMs,
      heartbeatEveryMs,
      notesEveryMs,
    })
    this.#children.push(child)
    await child.told((message) => message['ready'] === true)
    const { worker: id = '' } = factsOf(this.facts, 'announced').find(({ by }) => by === name) ?? {}
    return Object.assign(child, { name, id })
  }

  /** Has the worker start that many new agents, and resolves when all of them are stored. */
  async start(worker: Worker, count: number): Promise<readonly string[]> {
    const { rounds, padding = 0 } = this.#options
    const ids = Array.from({ length: count }, () => `${++this.#agents}`)
    worker.process.send({ start: ids, rounds, padding })
    await Promise.all(ids.map((id) => worker.told((message) => message['started'] === id)))
    return ids.map((id) => `job-${id}`)
  }

  /** How many agents were taken from the worker since then. */
  takenFrom(worker: Worker, { since }: { readonly since: number }): number {
    const isFromIt = (data: unknown): boolean => (data as { readonly previous?: string }).previous === worker.id
    return this.watch.seen.filter(
      ({ event, at }) => at > since && event.type === 'refold.claimed' && isFromIt(event.data),
    ).length
  }

  /** Resolves when the worker has handed over and ended, with what it tells of it. */
  async drain(worker: Worker, options: DrainOptions = {}): Promise<Drained> {
    worker.process.send({ drain: options })
    const { drained } = await worker.told((message) => 'drained' in message)
    await worker.ended
    return drained as Drained
  }

  /** How many agents have ended well. */
  done(): number {
    const statusOf = (metadata: unknown): unknown => (metadata as Partial<RecordMetadata>).refold?.status
    return this.watch.seen.filter(({ event }) => statusOf(event.metadata) === 'done').length
  }

  /** Resolves when every agent has ended. */
  async allDone(): Promise<void> {
    const end = (): true | undefined => (this.done() === this.#agents ? true : undefined)
    const began = sharedNow()
    if ((await this.watch.until(end, { withinMs: ALL_WITHIN_MS })) === true) return
    const open = (await this.watch.agents()).filter(({ status }) => status !== 'done')
    const reports = factsOf(this.facts, 'report').filter(({ at }) => at > began - ALL_WITHIN_MS)
    throw new Error(`${open.length} agents have not ended: ${said([...open, ...reports].slice(0, 12))}`)
  }

  /** Closes every worker that runs; throws when one does not end well. */
  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.process.exitCode !== null || child.process.signalCode !== null) continue
      child.process.send({ close: true })
      const { code } = await child.ended
      if (code !== 0) throw new Error(`a worker ended with ${code}: ${child.stderr()}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child[Symbol.asyncDispose]()))
    await this.#watch?.[Symbol.asyncDispose]()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

function said(facts: readonly object[]): string {
  return facts.map((fact) => JSON.stringify(fact)).join('\n')
}
