/** One random sequence of operations for several stores, every answer compared. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type { ContractData } from '../store-contract/contract-case.js'
import { Contestant } from './contestant.js'
import { storeOperation, type StoreOperation } from './store-operation.js'

/** The stores that are to behave alike, and how long they are tried. */
export interface StoreDifferentialOptions {
  /** At least two, by their names; the others are held against the first. A new, empty place for data for each sequence. */
  readonly stores: Readonly<Record<string, () => ContractData | Promise<ContractData>>>
  /** Number of sequences. Default: 20. */
  readonly runs?: number
  /** Longest sequence. Default: 40. */
  readonly operations?: number
  /** Of a failure that is to be seen again. Default: another one each time; a failure names it. */
  readonly seed?: number
  /** The first failure ends it, and no shorter sequence is looked for. */
  readonly endOnFailure?: true
}

/**
 * Rejects when two stores answer an operation differently: what an append answers, also a repeated one; what is read in both
 * directions; registers; the directory; what subscriptions give, of the past and live. The error names the shortest
 * sequence found, the stores, their answers and the seed.
 */
export async function storeDifferential({
  stores,
  runs = 20,
  operations = 40,
  seed,
  endOnFailure,
}: StoreDifferentialOptions): Promise<void> {
  const sequence = fc.array(storeOperation, { minLength: 1, maxLength: operations, size: 'max' })
  await fc.assert(
    fc.asyncProperty(sequence, (given) => compareStores(stores, given)),
    {
      numRuns: runs,
      includeErrorInReport: true,
      ...(endOnFailure && { endOnFailure }),
      ...(seed !== undefined && { seed }),
    },
  )
}

async function compareStores(
  stores: StoreDifferentialOptions['stores'],
  operations: readonly StoreOperation[],
): Promise<void> {
  const contestants: Contestant[] = []
  try {
    for (const [name, open] of Object.entries(stores)) contestants.push(await Contestant.open(name, open))
    for (const stream of [undefined, 'boat-1']) {
      const lastId = randomUUID()
      await Promise.all(contestants.map((contestant) => contestant.watch(stream, lastId)))
    }
    for (const [at, operation] of operations.entries())
      await compare(contestants, `operation ${at}, ${operation.kind},`, (one) => one.perform(operation))
    await compare(contestants, 'the live subscriptions', (one) => one.watched())
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.close()))
  }
}

async function compare(
  contestants: readonly Contestant[],
  what: string,
  ask: (contestant: Contestant) => Promise<unknown>,
): Promise<void> {
  const answers = await Promise.all(contestants.map(ask))
  for (const [index, answer] of answers.entries())
    assert.deepEqual(answer, answers[0], `${what} of ${contestants[index]?.name} and of ${contestants[0]?.name}`)
}
