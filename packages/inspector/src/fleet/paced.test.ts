import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Paced } from './paced.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

test('INS-32 an answer is made once for all who ask, and left alone nine times as long as it took', async () => {
  let made = 0
  const paced = new Paced(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return ++made
    },
    { pauseMs: 0 },
  )
  const asked = Promise.all([paced.ask(), paced.ask(), paced.ask()])
  await vi.advanceTimersByTimeAsync(100)
  expect(await asked).toEqual([1, 1, 1])
  await vi.advanceTimersByTimeAsync(899)
  expect(await paced.ask()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  const next = paced.ask()
  await vi.advanceTimersByTimeAsync(100)
  expect(await next).toBe(2)
})

test('INS-32 after one that failed no old answer is given', async () => {
  let fails = false
  const paced = new Paced(async () => (fails ? Promise.reject(new Error('away')) : 'counts'), { pauseMs: 1_000 })
  expect(await paced.ask()).toBe('counts')
  fails = true
  await vi.advanceTimersByTimeAsync(1_000)
  await expect(paced.ask()).rejects.toThrow('away')
  await expect(paced.ask()).rejects.toThrow('away')
  fails = false
  expect(await paced.ask()).toBe('counts')
})
