/** `refold drain`: a worker hands over what it is at, and ends, wherever it runs. Nothing of the project's own code is needed. */
import { drainWorker, isRefoldError, RefoldError } from '@refold/core'
import type { DrainOptions } from '@refold/core'
import type { Store } from '@refold/core/store'
import { nameOf } from '@refold/inspector/fleet'
import type { Told } from '../output.js'
import { ProgressLine } from '../progress-line.js'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'

export interface DrainCommandOptions extends ProjectOptions, NotesOptions {
  /** Seconds that bodies that are waited for may take. */
  readonly deadline?: number
  /** Bodies that may be repeated are waited for too. */
  readonly finish?: boolean
  readonly json: boolean
}

/** Tells when it has gone. An interrupt ends the waiting, not the drain. */
export async function drain(named: string, options: DrainCommandOptions): Promise<Told> {
  return withStore(options, async ({ store }) => {
    const worker = await workerOf(store, named)
    await waiting(worker, (signal) => drainWorker(store, worker, { ...howOf(options), signal })).catch(
      (error: unknown) => {
        throw isRefoldError(error, 'NOT_FOUND') ? noneWithWork(named, error) : error
      },
    )
    const text = options.json ? JSON.stringify({ worker }) : `${nameOf(worker)} has handed over what it had, and ended`
    return { text, isDone: true }
  })
}

function howOf({ deadline, finish = false, ...notes }: DrainCommandOptions): DrainOptions {
  return {
    ...notesOf(notes),
    ...(deadline === undefined ? undefined : { deadlineMs: deadline * 1000 }),
    ...(finish ? ({ bodies: 'finish' } as const) : undefined),
  }
}

/** The worker of that id or name, or whose id begins so, among those that have agents in hand; else it is taken for an id. */
async function workerOf(store: Store, named: string): Promise<string> {
  const owners = new Set<string>()
  for await (const page of store.directory.find({ pending: true }))
    for (const { owner } of page) if (owner !== undefined) owners.add(owner)
  const meant: string[] = []
  for (const owner of owners) {
    if (owner === named) return owner
    const isMeant = nameOf(owner) === named || owner.startsWith(named)
    if (isMeant && (await store.presence?.provenDead(owner)) !== true) meant.push(owner)
  }
  if (meant.length <= 1) return meant[0] ?? named
  throw new RefoldError('INVALID_INPUT', `several workers are called ${named}: ${meant.join(', ')}`, {
    hint: 'Give the whole id of one.',
    facts: { workers: meant },
  })
}

function noneWithWork(named: string, cause: Error): RefoldError {
  return new RefoldError('NOT_FOUND', `no worker ${named} has effects in hand`, {
    hint: 'Agents name their owners: `refold ls --json`. A worker that has no effects in hand needs no drain: a signal ends it.',
    facts: { worker: named },
    cause,
  })
}

async function waiting(worker: string, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const interrupt = (): void => controller.abort()
  const begun = performance.now()
  const progress = new ProgressLine()
  const told = setInterval(
    () => progress.tell(() => `${nameOf(worker)} drains, ${Math.round((performance.now() - begun) / 1000)} s`),
    100,
  )
  process.once('SIGINT', interrupt)
  try {
    await act(controller.signal)
  } finally {
    clearInterval(told)
    progress.end()
    process.off('SIGINT', interrupt)
  }
}
