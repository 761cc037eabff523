/**
 * The contract of the store port as tests. A store proves itself in a short file of its own:
 *
 *     import { storeContract } from '@refold/testing'
 *     import { describe, test } from 'vitest'
 *
 *     storeContract({ name: 'my store', describe, test, open: () => ({ connect: () => myStore(newDatabase()) }) })
 *
 * `describe` and `test` are the caller's, of vitest, Jest or `node:test`: the suite brings no runner and no assertions of one.
 */
import type { Store } from '@refold/core'
import { checkOptions, optionRule } from '@refold/core/store'
import { appendCases } from './append-cases.js'
import { closeCases, registerCases } from './close-cases.js'
import { contentCases } from './content-cases.js'
import type { ContractCase, ContractData } from './contract-case.js'
import { directoryCases } from './directory-cases.js'
import { externalCases } from './external-cases.js'
import { modelCases } from './model-cases.js'
import { projectionCases } from './projection-cases.js'
import { readCases } from './read-cases.js'
import { repeatCases } from './repeat-cases.js'
import { subscribeCases } from './subscribe-cases.js'

/** The store that is to prove itself, and the runner that it does so in. */
export interface StoreContractOptions {
  /** Names the store in the titles. */
  readonly name: string
  /** A new, empty place for data; called for each case. */
  readonly open: () => ContractData | Promise<ContractData>
  /**
   * Readers may for a moment see the first events of an append without the others, as those of a server that makes them
   * visible one by one. Stored they are all or none. Default: false.
   */
  readonly showsParts?: boolean
  readonly describe: (name: string, body: () => void) => unknown
  /** A case that is not for this store calls `skip(reason)` of what the runner hands to the body. */
  readonly test: (name: string, body: (...given: readonly unknown[]) => Promise<void>) => unknown
}

/** Every case, for a runner of another kind. */
export const storeContractCases: readonly ContractCase[] = [
  ...appendCases,
  ...repeatCases,
  ...contentCases,
  ...readCases,
  ...subscribeCases,
  ...externalCases,
  ...registerCases,
  ...directoryCases,
  ...projectionCases,
  ...closeCases,
  ...modelCases,
]

/**
 * Registers one test for each case of the contract. What is not for this store is skipped with its reason, where the
 * runner hands a `skip` to a test as vitest and `node:test` do; with another runner such a test fails: leave it out there.
 */
export function storeContract(options: StoreContractOptions): void {
  const aFunction = { ...optionRule.function, isRequired: true } as const
  const { flag, text } = optionRule
  checkOptions(options, { name: text, open: aFunction, showsParts: flag, describe: aFunction, test: aFunction })
  const { name, open, showsParts = false, describe, test } = options
  describe(`${name} keeps the contract of a store`, () => {
    for (const contractCase of storeContractCases) {
      const reason = reasonToSkip(contractCase, { showsParts })
      test(contractCase.title, async (...given) =>
        reason === undefined ? runCase(contractCase, await open()) : skip(given[0], reason),
      )
    }
  })
}

function reasonToSkip(
  { isForWholeAppends }: ContractCase,
  { showsParts }: { readonly showsParts: boolean },
): string | undefined {
  return showsParts && isForWholeAppends === true
    ? 'readers of this store may see a part of an append for a moment'
    : undefined
}

/** `context` is an object, or with vitest a function. */
function skip(context: unknown, reason: string): void {
  const { skip } = Object(context) as { readonly skip?: unknown }
  if (typeof skip !== 'function') throw new Error(`this case is to be skipped, and the runner cannot: ${reason}`)
  skip.call(context, reason)
}

/** Runs one case on data of its own; closes what it opened, also when it fails. */
async function runCase(contractCase: ContractCase, data: ContractData): Promise<void> {
  const stores: Store[] = []
  const connect = async (): Promise<Store> => {
    const store = await data.connect()
    stores.push(store)
    return store
  }
  try {
    await contractCase.run({ connect })
  } finally {
    await Promise.all(stores.map((store) => store.close()))
    await data.dispose?.()
  }
}
