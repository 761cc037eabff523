/** What an append comes to, by what its tries were told. */
import { expect, it } from 'vitest'
import { RefoldError } from '../../errors.js'
import type { RefoldErrorCode } from '../../errors.js'
import type { AgentLog } from '../../log/agent-log.js'
import { toRevision } from '../../record/revision.js'
import type { AppendResult, NewEvent, ReadOptions, StoredEvent } from '../../store/port.js'
import { createWorld } from '../../world/system-world.js'
import { commit } from './commit.js'
import type { CommitOptions } from './commit.js'

const EVENTS: readonly NewEvent[] = ['a', 'b'].map((id) => ({ id, type: 'noted', data: 1, metadata: {} }))
const EXPECTED = toRevision(4)
const OK = { ok: true, revision: toRevision(6), position: 9n } as unknown as AppendResult
const CONFLICT: AppendResult = { ok: false, actual: toRevision(7) }
/** Of a stream that has one event more. */
const SHORT: AppendResult = { ok: false, actual: toRevision(5) }
const AT_ONCE = createWorld({
  clock: {
    now: () => 0,
    monotonicNow: () => 0,
    setTimer: (callback) => {
      queueMicrotask(callback)
      return () => {}
    },
  },
})

function error(code: RefoldErrorCode): RefoldError {
  return new RefoldError(code, code)
}

/** Each try gets the next answer; `behind`: ids of what stands behind the expected revision. */
async function committed(
  answers: readonly (AppendResult | Error)[],
  { behind = [], isClosed = () => false }: { behind?: readonly string[]; isClosed?: () => boolean } = {},
) {
  const left = [...answers]
  const unknown: [string, number][] = []
  const batches = new Set<unknown>()
  const reads: ReadOptions[] = []
  const log = {
    seal: (_stream: string, events: readonly NewEvent[]) => [...events],
    append: async (_stream: string, batch: unknown) => {
      batches.add(batch)
      const answer = left.shift()
      if (answer === undefined || answer instanceof Error) throw answer
      return answer
    },
    async *read(_stream: string, options: ReadOptions) {
      reads.push(options)
      const { from = 0, limit } = options
      yield behind.slice(Number(from) - 5, limit).map((id) => ({ id }) as StoredEvent)
    },
  }
  const options: CommitOptions = {
    log: log as unknown as AgentLog, // as much as an append needs of it
    world: AT_ONCE,
    stream: 's-1',
    expected: EXPECTED,
    onUnknown: ({ code }, tries) => unknown.push([code, tries]),
    isClosed,
  }
  const result = await commit(EVENTS, options)
  expect([left, batches.size]).toEqual([[], 1])
  return { result, unknown, reads: reads.length }
}

const STORED = { kind: 'stored', revision: toRevision(6) }

it.each<[string, readonly (AppendResult | Error)[], readonly string[], object]>([
  ['is stored when the repetition says so', [error('STORE_UNKNOWN'), OK], [], STORED],
  ['is stored when its records stand there', [error('TIMEOUT'), CONFLICT], ['a', 'b'], STORED],
  ['is stored when others went on behind it', [error('TIMEOUT'), CONFLICT], ['a', 'b', 'c'], STORED],
  ['is none when others stand there', [error('TIMEOUT'), CONFLICT], ['x', 'y'], { kind: 'conflict', actual: 7n }],
  ['is none when only its first record stands there', [error('TIMEOUT'), SHORT], ['a'], { kind: 'conflict' }],
  ['is none when another follows its first', [error('TIMEOUT'), CONFLICT], ['a', 'x'], { kind: 'conflict' }],
  ['is asked on when the repetition is rejected', [error('TIMEOUT'), error('STORE_REJECTED'), OK], [], STORED],
  ['is asked on when the repetition is too large', [error('TIMEOUT'), error('TOO_LARGE'), OK], [], STORED],
  ['is over when the store is', [error('TIMEOUT'), error('STORE_FATAL')], [], { kind: 'fatal' }],
  ['is one of an error that says nothing', [new Error('what'), OK], [], STORED],
])('an append whose outcome is unknown %s', async (_what, answers, behind, expected) => {
  const { result, unknown } = await committed(answers, { behind })
  expect(result).toMatchObject(expected)
  expect(unknown.map(([, tries]) => tries)).toEqual(Array.from({ length: unknown.length }, (_, index) => index + 1))
  expect(unknown.length).toBeGreaterThan(0)
})

it('tells each unknown outcome with what it is, also of a later try that was not stored', async () => {
  const { unknown } = await committed([new Error('what'), error('STORE_REJECTED'), OK])
  expect(unknown).toEqual([
    ['STORE_UNKNOWN', 1],
    ['STORE_REJECTED', 2],
  ])
})

it.each<[AppendResult | Error, object]>([
  [error('STORE_REJECTED'), { kind: 'rejected' }],
  [error('TOO_LARGE'), { kind: 'too-large' }],
  [error('STORE_FATAL'), { kind: 'fatal' }],
  [CONFLICT, { kind: 'conflict', actual: 7n }],
  [OK, STORED],
])('one that is known at once is not repeated, and nothing is read for it', async (answer, expected) => {
  const { result, unknown, reads } = await committed([answer], { behind: ['a', 'b'] })
  expect(result).toMatchObject(expected)
  expect([unknown, reads]).toEqual([[], 0])
})

it('OWN-75 is asked on while less of what is in the way can be read than the store says is there', async () => {
  const { result, unknown } = await committed([error('TIMEOUT'), CONFLICT, OK], { behind: ['a'] })
  expect(result).toMatchObject(STORED)
  expect(unknown).toHaveLength(2)
})

it.each([
  ['the runtime is closed', [error('TIMEOUT')], true],
  ['the runtime is closed, though its last try was refused', [error('TIMEOUT'), error('STORE_REJECTED')], true],
  ['the store is closed', [error('STORE_UNKNOWN'), error('CLOSED')], false],
  ['the store cannot go on', [error('STORE_UNKNOWN'), error('STORE_FATAL')], false],
])('SND-92 is given up as unknown when %s', async (_when, answers, isClosed) => {
  let tries = 0
  const { result } = await committed(answers, { isClosed: () => ++tries === answers.length && isClosed })
  expect(result).toMatchObject({ kind: 'fatal', error: { code: 'STORE_UNKNOWN' } })
})
