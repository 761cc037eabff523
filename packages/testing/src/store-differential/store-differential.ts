/** One random sequence of operations for several stores, every answer compared. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { checkOptions, optionRule } from '@refold/core/store'
import type { OptionRules } from '@refold/core/store'
import fc from 'fast-check'
import { refusedOption } from '../check-recovery/refused-option.js'
import type { ContractData } from '../store-contract/contract-case.js'
import { Contestant } from './contestant.js'
import { Patience } from '../store-contract/patience.js'
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
  /** Longest wait for one answer of a store; after a failure a shorter sequence is looked for twice as long. Default: 30,000. */
  readonly patienceMs?: number
}

const { count, flag, integer, ms, object } = optionRule
const OPTIONS: OptionRules = {
  stores: { ...object, isRequired: true },
  runs: count,
  operations: count,
  seed: integer,
  endOnFailure: flag,
  patienceMs: ms(1),
}

/**
 * Rejects when two stores answer an operation differently: what an append answers, also a repeated one; what is read in both
 * directions; registers; the directory; what subscriptions give, of the past and live. The error names the shortest
 * sequence found, the stores, their answers and the seed. Rejects, too, when a store gives no answer at all; for such a
 * sequence no shorter one is looked for.
 */
export async function storeDifferential(options: StoreDifferentialOptions): Promise<void> {
  checkOptions(options, OPTIONS)
  const { stores, runs = 20, operations = 40, seed, endOnFailure, patienceMs = 30_000 } = options
  if (Object.keys(stores).length < 2) throw refusedOption('stores', 'must name two stores at least')
  const sequence = fc.array(storeOperation, { minLength: 1, maxLength: operations, size: 'max' })
  const patience = new Patience(patienceMs)
  await fc.assert(
    fc.asyncProperty(sequence, async (given) => {
      fc.pre(!patience.isAtItsEnd) // each shorter sequence could cost as much time again
      await patience.try(() => compareStores(stores, { operations: given, patience }))
    }),
    {
      numRuns: runs,
      includeErrorInReport: true,
      ...(endOnFailure && { endOnFailure }),
      ...(seed !== undefined && { seed }),
    },
  )
}

interface Comparison {
  readonly operations: readonly StoreOperation[]
  readonly patience: Patience
}

async function compareStores(
  stores: StoreDifferentialOptions['stores'],
  { operations, patience }: Comparison,
): Promise<void> {
  const contestants: Contestant[] = []
  const ask: Ask = (what, question) =>
    Promise.all(contestants.map((one) => patience.wait(question(one), `${what} of ${one.name}`)))
  const close = (): Promise<unknown> => ask('closing', (one) => one.close())
  try {
    for (const [name, open] of Object.entries(stores))
      contestants.push(await patience.wait(Contestant.open(name, open), `opening of ${name}`))
    await compareAnswers(contestants, { operations, ask })
  } catch (error) {
    await close().catch(() => {}) // what came first is told
    throw error
  }
  await close()
}

/** The answers of all stores to one question, in their order. */
type Ask = <T>(what: string, question: (one: Contestant) => Promise<T>) => Promise<readonly T[]>

async function compareAnswers(
  contestants: readonly Contestant[],
  { operations, ask }: { readonly operations: readonly StoreOperation[]; readonly ask: Ask },
): Promise<void> {
  const compare = async (what: string, question: (one: Contestant) => Promise<unknown>): Promise<void> => {
    const answers = await ask(what, question)
    for (const [index, answer] of answers.entries())
      assert.deepEqual(answer, answers[0], `${what} of ${contestants[index]?.name} and of ${contestants[0]?.name}`)
  }
  for (const stream of [undefined, 'boat-1']) {
    const lastId = randomUUID()
    await ask('a subscription, until it has caught up,', (one) => one.watch(stream, lastId))
  }
  for (const [at, operation] of operations.entries())
    await compare(`operation ${at}, ${operation.kind},`, (one) => one.perform(operation))
  await compare('the live subscriptions', (one) => one.watched())
}
