import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toPosition, toRevision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import { fold } from '../record/fold.js'
import type { StateDocument } from '../record/state-document.js'
import { Keyframes } from './keyframes.js'
import { openHistory } from './open-history.js'
import type { HistorySource } from './history-types.js'

const LENGTH = 900

/** An agent whose context grows and shrinks in every way that a patch knows. */
function longHistory(length: number, item = 'x'): readonly StoredEvent[] {
  const root = { sid: '0', kind: 'machine', lib: { name: 'xstate', major: 5 }, value: 'on' }
  const agent = { definition: 'long', version: 1, fingerprint: 'f', id: '1', incarnation: 'i', epoch: 1 }
  const parts = { effects: {}, timers: {}, unlisted: {}, dedup: {} }
  const start = {
    agent,
    root: { ...root, context: { list: [], map: { a: 1, b: 2, c: 3 }, n: 0, even: false } },
    ...parts,
  }
  return Array.from({ length }, (_, n) => {
    const context = '/state/root/context'
    const patch =
      n === 0
        ? [{ op: 'add', path: '/state', value: start }]
        : [
            { op: 'replace', path: `${context}/n`, value: n },
            { op: 'add', path: `${context}/list/${n % 3 === 0 ? '0' : '-'}`, value: `${item}${n}` },
            ...(n % 5 === 0 ? [{ op: 'remove', path: `${context}/list/1` }] : []),
            { op: 'remove', path: `${context}/map/${'abc'[n % 3]}` },
            { op: 'copy', from: '/data/sent', path: `${context}/map/${'abc'[n % 3]}` },
            { op: 'replace', path: `${context}/even`, value: n % 100 >= 50 },
          ]
    const refold = {
      v: 0,
      agent: 'long@1',
      at: 1_000 + n,
      input: { kind: n === 0 ? 'started' : 'event' },
      body: { patch },
    }
    const place = { stream: 'long-1', revision: toRevision(n), position: toPosition(n) }
    return {
      ...place,
      id: `id-${n}`,
      type: n === 0 ? 'refold.started' : 'go',
      data: { sent: { n } },
      metadata: { refold },
    }
  })
}

function sourceOf(events: readonly StoredEvent[]): HistorySource {
  return {
    async *read(_stream, { from = toRevision(0), limit = events.length } = {}) {
      yield events.slice(Number(from), Number(from) + limit)
    },
  }
}

describe('a cursor', () => {
  test('HIS-25 shows at each place the text that the fold gives, however it came there', async () => {
    const events = longHistory(LENGTH)
    let state: StateDocument | undefined
    const texts = events.map((event) => JSON.stringify((state = fold(state, event))))
    const history = await openHistory(sourceOf(events), 'long-1')
    const move = fc.oneof(
      fc.record({ to: fc.nat(LENGTH - 1) }),
      fc.record({ by: fc.integer({ min: -400, max: 400 }) }),
      fc.constant({ keep: true }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 12 }), async (moves) => {
        const cursor = history.cursor()
        await cursor.to(0)
        const kept: (readonly [StateDocument, number])[] = []
        for (const step of moves) {
          if ('to' in step) await cursor.to(step.to)
          else if ('keep' in step) kept.push([cursor.snapshot(), cursor.revision])
          else for (let by = step.by; by !== 0; by -= Math.sign(by)) await (by > 0 ? cursor.forward() : cursor.back())
          expect(JSON.stringify(cursor.state)).toBe(texts[cursor.revision])
        }
        for (const [snapshot, revision] of kept) expect(JSON.stringify(snapshot)).toBe(texts[revision])
      }),
      { numRuns: 60 },
    )
  })

  test('HIS-25 ends at both ends, takes its moves one after another, and stands nowhere at first', async () => {
    const history = await openHistory(sourceOf(longHistory(10)), 'long-1')
    const cursor = history.cursor()
    expect(() => cursor.state).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    expect([cursor.revision, await cursor.back(), await cursor.forward(), cursor.revision]).toEqual([
      -1,
      false,
      true,
      0,
    ])
    await Promise.all([
      cursor.to(7),
      cursor.forward(),
      cursor.forward(),
      cursor.forward().then((more) => expect(more).toBe(false)),
    ])
    expect(cursor.revision).toBe(9)
    await Promise.all([cursor.to({ at: 1_003 }), cursor.back()])
    expect([cursor.revision, (cursor.state.root.context as { n: number }).n]).toEqual([2, 2])
    await expect(cursor.to(10)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(cursor.revision).toBe(2)
  })

  test('HIS-415 a cursor whose source fails on the way stands where it came to, and goes on from there', async () => {
    const source = sourceOf(longHistory(900))
    let isAway = false
    const history = await openHistory(
      {
        async *read(stream, options) {
          if (isAway && Number(options?.from ?? 0) >= 256) throw new Error('out of reach')
          yield* source.read(stream, options)
        },
      },
      'long-1',
    )
    const [cursor, other] = [history.cursor(), history.cursor()]
    await cursor.to(220)
    isAway = true
    await expect(cursor.to(300)).rejects.toThrow('out of reach')
    expect(cursor.revision).toBeGreaterThanOrEqual(220)
    const stands = cursor.revision
    expect((cursor.state.root.context as { n: number }).n).toBe(stands)
    isAway = false
    await other.to(stands)
    expect(JSON.stringify(cursor.snapshot())).toBe(JSON.stringify(other.snapshot()))
    expect([await cursor.back(), cursor.revision]).toEqual([true, stands - 1])
    await cursor.to(300)
    expect((cursor.state.root.context as { n: number }).n).toBe(300)
  })

  test('HIS-30 finds every revision at which a condition becomes true or false', async () => {
    const history = await openHistory(sourceOf(longHistory(260)), 'long-1')
    const isEven = (state: StateDocument): boolean => (state.root.context as { even: boolean }).even
    const flips = [50, 100, 150, 200, 250].map((revision, at) => ({ revision, becomes: at % 2 === 0 }))
    expect(await history.find(isEven)).toEqual(flips)
    expect(await history.find(isEven, { limit: 2 })).toEqual(flips.slice(0, 2))
    expect(await history.find(() => true)).toEqual([{ revision: 0, becomes: true }])
    const failing = history.find((_, { revision }) => {
      if (revision === 3) throw new Error('mine')
      return false
    })
    await expect(failing).rejects.toThrow('mine')
  })
})

describe('keyframes', () => {
  test('HIS-25 are fewer where states are large, so that what they hold stays bounded', async () => {
    const big = 'y'.repeat(1_000)
    const kept = (keyframes: Keyframes, item: string): Keyframes => {
      let state: StateDocument | undefined
      for (const [revision, event] of longHistory(5_000, item).entries()) {
        state = fold(state, event)
        keyframes.offer(revision, () => state)
      }
      return keyframes
    }
    const few = kept(new Keyframes({ maxWeight: 400_000 }), big)
    expect(kept(new Keyframes(), 'x').count).toBe(79)
    expect(few.count).toBeLessThan(5)
    expect(few.before(4_999)?.revision).toBeLessThanOrEqual(4_999)
    expect(few.before(0)?.revision).toBe(0)
  })
})
