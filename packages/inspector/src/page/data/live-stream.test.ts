import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CodedError } from '../../contract/answer.js'
import type { LiveEvent } from '../../contract/live.js'
import { LiveStream } from './live-stream.js'

const CLOSED = 2

/** What a browser gives: it connects again by itself, but not to what was refused. */
class BrowserStream extends EventTarget {
  static readonly CLOSED = CLOSED
  static readonly opened: BrowserStream[] = []
  readonly url: URL
  readyState = 0
  constructor(path: string) {
    super()
    this.url = new URL(path, 'http://page')
    BrowserStream.opened.push(this)
  }
  close(): void {
    this.readyState = CLOSED
  }
  say(event: object, lastEventId = ''): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(event), lastEventId }))
  }
  fail({ isRefused }: { readonly isRefused: boolean }): void {
    if (isRefused) this.readyState = CLOSED
    this.dispatchEvent(new Event('error'))
  }
}

const opened = BrowserStream.opened
const last = (): BrowserStream => opened.at(-1) as BrowserStream
const afterOf = ({ url }: BrowserStream): string | null => url.searchParams.get('after')

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', BrowserStream)
  opened.splice(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function follow(why?: CodedError) {
  const heard: LiveEvent[] = []
  const hear = (event: LiveEvent): void => void heard.push(event)
  const stream = new LiveStream({ agent: 'order-1', after: 3 }, { hear, whyBroken: async () => why })
  return { stream, heard, kinds: () => heard.map(({ kind }) => kind) }
}

test('INS-130 a stream that is refused when it is opened again, as while the store is away, is opened again behind what came', async () => {
  const { heard, kinds } = follow({ code: 'STORE_REJECTED', message: 'the store is away' })
  last().say({ kind: 'records' }, '7')
  last().fail({ isRefused: true })
  await vi.advanceTimersByTimeAsync(2_500)
  expect(heard.at(-1)).toMatchObject({ kind: 'trouble', error: { code: 'STORE_REJECTED' } })
  expect(opened.map(afterOf)).toEqual(['3', '7'])
  last().dispatchEvent(new Event('open'))
  expect(kinds()).toEqual(['records', 'trouble', 'trouble', 'well'])
})

test('INS-130 one that was cut is left to the browser', async () => {
  follow()
  last().fail({ isRefused: false })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(opened).toHaveLength(1)
})

test('INS-130 one that says nothing any more is opened again, and one that has nothing to tell is not', async () => {
  const { kinds } = follow()
  for (let beat = 0; beat < 5; beat++) {
    await vi.advanceTimersByTimeAsync(15_000)
    last().say({ kind: 'beat' })
  }
  expect([opened.length, kinds()]).toEqual([1, []])
  await vi.advanceTimersByTimeAsync(50_000)
  expect([opened.length, opened[0]?.readyState, kinds()]).toEqual([2, CLOSED, ['trouble']])
})

test('INS-130 one that is left, or told to load again, opens nothing any more', async () => {
  const { stream } = follow()
  last().fail({ isRefused: true })
  stream.close()
  follow()
  last().say({ kind: 'reload' })
  await vi.advanceTimersByTimeAsync(120_000)
  expect(opened.map(({ readyState }) => readyState)).toEqual([CLOSED, CLOSED])
})
