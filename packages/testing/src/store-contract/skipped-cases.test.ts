/** A case that is not for a store does not vanish: it is reported as skipped, with the reason. */
import { memoryStore } from '@refold/core'
import { expect, test } from 'vitest'
import { storeContract, storeContractCases } from './store-contract.js'

type Body = (...given: readonly unknown[]) => Promise<void>

function registered({ showsParts }: { readonly showsParts: boolean }): ReadonlyMap<string, Body> {
  const bodies = new Map<string, Body>()
  storeContract({
    name: 'a store',
    showsParts,
    open: () => ({ connect: () => memoryStore() }),
    describe: (_name, body) => body(),
    test: (title, body) => bodies.set(title, body),
  })
  return bodies
}

test('every case is registered, whatever the store can', () => {
  const titles = storeContractCases.map(({ title }) => title)
  for (const showsParts of [false, true]) expect([...registered({ showsParts }).keys()]).toEqual(titles)
})

test('a case that is not for the store skips itself with the reason, and fails where the runner cannot skip', async () => {
  const wholeAppends = storeContractCases.find(({ isForWholeAppends }) => isForWholeAppends === true)
  const body = registered({ showsParts: true }).get(wholeAppends?.title ?? '')
  const reasons: unknown[] = []
  await body?.({ skip: (reason: unknown) => reasons.push(reason) })
  expect(reasons).toEqual(['readers of this store may see a part of an append for a moment'])
  await expect(body?.()).rejects.toThrow('is to be skipped')
})
