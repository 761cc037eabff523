/**
 * Verifying the histories of many agents: a shadow replay of what is stored.
 *
 * Invariant: so many histories are under way at once, and what they found is given in the order in which the agents were asked for.
 */
import { fromGiven } from '../coded.js'
import { addressOf } from '../definition/agent-address.js'
import { RefoldError } from '../errors.js'
import { agentReader } from '../log/agent-log.js'
import { checkValues, optionRule } from '../option-values.js'
import type { DirectoryEntry, Store } from '../store/port.js'
import { checkVerifyOptions, verifying, verifyStream } from './verify-history.js'
import type { VerifyHistoryOptions, VerifyRun } from './verify-history.js'
import type { VerifiedHistory } from './verified.js'

/** Histories under way: their reads overlap, where a store waits for a network. */
const WIDTH = 8

/** What `verifyAgents` takes. */
export interface VerifyAgentsOptions extends VerifyHistoryOptions {
  readonly store: Pick<Store, 'read' | 'directory'>
  /** Streams of the agents (`order-42`). Default: all that the store's directory has. */
  readonly streams?: readonly string[]
  /** Name of a definition: only its agents. */
  readonly definition?: string
  /** Ends the answers. What is under way is not told. */
  readonly signal?: AbortSignal
}

/** A copy: what it was made of is not read again. */
function checked(options: VerifyAgentsOptions): VerifyAgentsOptions {
  const { methods, signal, text, texts } = optionRule
  const store = { ...methods('read'), isRequired: true } as const
  checkVerifyOptions(options, { store, streams: texts, definition: text, signal })
  if (options.streams === undefined)
    checkValues(options.store, { directory: { ...methods('find'), isRequired: true } }, 'store')
  return { ...options }
}

/**
 * As `verifyHistory` for each agent, one answer after the other. The store stays open. Leaving the loop ends it. Throws
 * `INVALID_INPUT`, `NOT_FOUND` for a stream that was named and is not there, and what the store throws.
 */
export async function* verifyAgents(asked: VerifyAgentsOptions): AsyncGenerator<VerifiedHistory, void, undefined> {
  const options = fromGiven('verifyAgents', () => checked(asked))
  const { store, streams, definition, signal } = options
  let isLeft = false
  const isOver = (): boolean => isLeft || signal?.aborted === true
  const run: VerifyRun = { ...verifying(agentReader(store, options), options), isOver }
  const line: Promise<VerifiedHistory | undefined>[] = []
  try {
    for await (const one of streams ?? entriesOf(store, definition)) {
      if (isOver()) return
      const verified = typeof one === 'string' ? named(one, run) : entered(one, run)
      verified.catch(() => {}) // it is told in its turn
      line.push(verified)
      if (line.length >= WIDTH) yield* given(line.shift())
    }
    for (const verified of line) yield* given(verified)
  } catch (error) {
    if (!isOver()) throw error // who has left is told no more
  } finally {
    isLeft = true
    await Promise.allSettled(line) // nothing reads on behind a caller who closes the store
  }
}

async function* given(verified: Promise<VerifiedHistory | undefined> | undefined): AsyncGenerator<VerifiedHistory> {
  const found = await verified
  if (found !== undefined) yield found
}

async function* entriesOf(
  { directory }: Pick<Store, 'directory'>,
  definition: string | undefined,
): AsyncGenerator<DirectoryEntry> {
  for await (const page of directory.find(definition === undefined ? {} : { definition })) yield* page
}

async function named(stream: string, run: VerifyRun): Promise<VerifiedHistory | undefined> {
  const verified = await verifyStream(stream, run)
  if (verified !== undefined || run.isOver?.() === true) return verified
  throw new RefoldError('NOT_FOUND', `there is no agent ${JSON.stringify(stream)}`, {
    hint: 'An agent is named <definition>-<id>.',
    facts: { stream },
  })
}

/** Of a definition that has no code here nothing is read. */
async function entered(entry: DirectoryEntry, run: VerifyRun): Promise<VerifiedHistory | undefined> {
  const { stream, version, status, definition } = entry
  if (run.registry.names.includes(definition)) return verifyStream(stream, run)
  return {
    agent: addressOf(stream),
    stream,
    version,
    status: status === 'active' ? 'active' : 'ended',
    code: 'none',
    records: 0,
    decided: 0,
    undecided: { 'no-chart': 0, 'no-code': 0, 'not-kept': 0, foreign: 0 },
    differing: 0,
    differences: [],
    unsteady: [],
    noPlace: [],
  }
}
