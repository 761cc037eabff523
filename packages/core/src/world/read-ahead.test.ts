/** Beginnings that are read ahead, and work that is all or nothing. */
import { describe, expect, test } from 'vitest'
import { allInParallel } from './in-parallel.js'
import { readAhead } from './read-ahead.js'

async function collected(read: AsyncIterable<readonly [number, AsyncIterable<string>]>): Promise<readonly string[]> {
  const pages: string[] = []
  for await (const [, ofOne] of read) for await (const page of ofOne) pages.push(page)
  return pages
}

/** Readers of two pages each, and how many are begun and not ended. */
function readers({ failing }: { readonly failing?: number } = {}) {
  const open = new Set<number>()
  let most = 0
  async function* read(one: number): AsyncGenerator<string, void, undefined> {
    open.add(one)
    most = Math.max(most, open.size)
    try {
      await new Promise((resolve) => setImmediate(resolve))
      if (one === failing) throw new Error(`${one} cannot be read`)
      yield `${one}a`
      yield `${one}b`
    } finally {
      open.delete(one)
    }
  }
  return { read, open, most: () => most }
}

const TWENTY = Array.from({ length: 20 }, (_, index) => index)

describe('HIS-191 several are read at once', () => {
  test('HIS-191 in the order in which they are asked for, and no more than a few ahead', async () => {
    const { read, open, most } = readers()
    expect(await collected(readAhead(TWENTY, read))).toEqual(TWENTY.flatMap((one) => [`${one}a`, `${one}b`]))
    expect(most()).toBeGreaterThan(4)
    expect(most()).toBeLessThan(12)
    expect(open.size).toBe(0)
  })

  test('HIS-191 one that cannot be read is told in its turn, and what was begun is ended', async () => {
    const { read, open } = readers({ failing: 3 })
    const pages: string[] = []
    const reading = async (): Promise<void> => {
      for await (const [, ofOne] of readAhead(TWENTY, read)) for await (const page of ofOne) pages.push(page)
    }
    await expect(reading()).rejects.toThrow('3 cannot be read')
    expect(pages).toEqual(['0a', '0b', '1a', '1b', '2a', '2b'])
    expect(open.size).toBe(0)
  })

  test('HIS-191 a reader that has enough ends all of them', async () => {
    const { read, open } = readers()
    for await (const [, ofOne] of readAhead(TWENTY, read)) {
      for await (const _page of ofOne) break
      break
    }
    expect(open.size).toBe(0)
  })
})

test('HIS-192 after an error nothing more begins, and the first of those that failed is told when all have ended', async () => {
  const begun: number[] = []
  let ended = 0
  const acting = allInParallel(
    Array.from({ length: 100 }, (_, index) => index),
    async (one) => {
      begun.push(one)
      await new Promise((resolve) => setTimeout(resolve, one === 2 ? 20 : 1))
      ended++
      if (one === 2 || one === 5) throw new Error(`not ${one}`)
      return one
    },
  )
  await expect(acting).rejects.toThrow('not 2')
  expect(ended).toBe(begun.length)
  expect(begun.length).toBeLessThan(100)
  expect(await allInParallel([3, 1, 2], async (one) => one * 2)).toEqual([6, 2, 4])
})
