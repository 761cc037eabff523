import { memoryLog, memoryStore, type Store } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ContractData } from '../store-contract/contract-case.js'
import { storeDifferential } from './store-differential.js'

const memory = (): ContractData => {
  const log = memoryLog()
  return { connect: () => memoryStore(log) }
}

const sqlite = (): ContractData => {
  const directory = mkdtempSync(join(tmpdir(), 'refold-differential-'))
  return {
    connect: () => sqliteStore(join(directory, 'agents.db')),
    dispose: () => rmSync(directory, { recursive: true }),
  }
}

/** The memory store with one thing wrong. */
const broken = (breakIt: (store: Store) => Partial<Store>) => (): ContractData => {
  const { connect } = memory()
  return {
    connect: async () => {
      const store = await connect()
      const wrong = breakIt(store)
      return new Proxy(store, {
        get: (target, name) => {
          const found: unknown = Reflect.get(name in wrong ? wrong : target, name)
          return typeof found === 'function' ? found.bind(name in wrong ? wrong : target) : found
        },
      })
    },
  }
}

describe('random sequences of operations', () => {
  test('SAME-1 memory and sqlite answer every operation alike', () =>
    expect(storeDifferential({ stores: { memory, sqlite }, runs: 40 })).resolves.toBeUndefined())

  test.each<[string, (store: Store) => Partial<Store>]>([
    ['loses an event of a page', (store) => ({ read: (...args) => shortened(store.read(...args)) })],
    ['repeats a conflict as a success', (store) => ({ append: alwaysOk(store) })],
    [
      'gives everything again after a position',
      (store) => ({ readAll: ({ limit = Infinity } = {}) => store.readAll({ limit }) }),
    ],
    [
      'subscribes from the beginning',
      (store) => ({ subscribe: (target, options) => store.subscribe(noAfter(target), options) }),
    ],
    ['forgets a removal', (store) => ({ registers: { ...bound(store.registers), remove: async () => {} } })],
    ['ignores a query', (store) => ({ directory: { ...bound(store.directory), find: () => store.directory.find() } })],
  ])('SAME-1 a store that %s is found', (_, breakIt) =>
    expect(
      storeDifferential({ stores: { memory, broken: broken(breakIt) }, runs: 50, seed: 8, endOnFailure: true }),
    ).rejects.toThrow(/of broken and of memory|broken: the position of an append/),
  )

  test('SAME-1 a store that loses an event of a page is found where only the last read shows it', () => {
    const stores = { memory, broken: broken((store) => ({ read: (...args) => shortened(store.read(...args)) })) }
    return expect(storeDifferential({ stores, runs: 50, seed: 7 })).rejects.toThrow(/broken/)
  })

  test.each<[string, (store: Store) => Partial<Store>, string]>([
    ['an append', () => ({ append: () => never }), 'append, of broken'],
    ['a subscription', (store) => ({ subscribe: silent(store) }), 'a subscription, until it has caught up, of broken'],
    ['a close', () => ({ close: () => never }), 'closing of broken'],
  ])('SAME-2 %s that is never answered is told, with the store and the seed', async (_, breakIt, what) => {
    const told = storeDifferential({ stores: { memory, broken: broken(breakIt) }, seed: 8, patienceMs: 1_000 })
    await expect(told).rejects.toThrow(`${what}: no answer within 1000 ms`)
    await expect(told).rejects.toThrow('seed: 8')
  })
})

test('SAME-2 a shorter sequence is looked for only so long', async () => {
  const slowly = (store: Store): Partial<Store> => ({
    append: async (...args) => {
      await setTimeout(20)
      return alwaysOk(store)(...args)
    },
  })
  const begun = performance.now()
  const told = storeDifferential({ stores: { memory, broken: broken(slowly) }, runs: 50, seed: 8, patienceMs: 300 })
  await expect(told).rejects.toThrow(/of broken and of memory|broken: the position of an append/)
  expect(performance.now() - begun).toBeLessThan(10_000)
})

const never = new Promise<never>(() => {})

/** Gives the events, and never says that it has caught up. */
function silent(store: Store): Store['subscribe'] {
  return async function* (...args) {
    for await (const item of store.subscribe(...args)) if (item.kind === 'event') yield item
  }
}

async function* shortened<T>(pages: AsyncIterable<readonly T[]>) {
  for await (const page of pages) yield page.length > 2 ? page.slice(1) : page
}

function alwaysOk(store: Store): Store['append'] {
  return async (...args) => {
    const result = await store.append(...args)
    return result.ok || result.actual === 'no_stream'
      ? result
      : { ok: true, revision: result.actual, position: 0n as never }
  }
}

function noAfter(target: Parameters<Store['subscribe']>[0]): Parameters<Store['subscribe']>[0] {
  return 'all' in target ? { all: true } : { stream: target.stream }
}

function bound<T extends object>(part: T): T {
  const methods = ['put', 'get', 'remove', 'find', 'rebuild'].filter((name) => name in part)
  return Object.fromEntries(
    methods.map((name) => [name, (Reflect.get(part, name) as (...args: unknown[]) => unknown).bind(part)]),
  ) as T
}
