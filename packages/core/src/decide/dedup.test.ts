/** The window of event ids against the plainest model of it: a list. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { controlledBody } from '../api/controlled-body.fixture.js'
import { workAgent } from '../api/work-agent.fixture.js'
import { Decider } from './decider.fixture.js'
import type { Decision } from './decision.js'

const MAX_AGE_MS = 1_000
const note = (dedupId: string) => [{ kind: 'event', event: { type: 'note', text: 'x' } }, { dedupId }] as const
const code = (decision: Decision): string => (decision.kind === 'refused' ? decision.error.code : decision.kind)

function parked(maxCount: number): Decider {
  const dedup = { maxCount, maxAgeMs: MAX_AGE_MS }
  return Decider.started(workAgent({ body: controlledBody().body, initial: 'parked', dedup }))
}

describe('the window of event ids', () => {
  test('SND-4 SND-5 knows every id that is young enough, holds as many as it may, and refuses none too early', () => {
    const sends = fc.array(fc.record({ id: fc.nat(400), later: fc.constantFrom(0, 0, 0, 1, 7, 40, 300, 1_001) }), {
      minLength: 50,
      maxLength: 400,
    })
    fc.assert(
      fc.property(sends, fc.integer({ min: 1, max: 200 }), (list, maxCount) => {
        const decider = parked(maxCount)
        let model: { id: string; at: number }[] = []
        for (const { id: number, later } of list) {
          decider.now += later
          const id = String(number)
          model = model.filter(({ at }) => decider.now - at <= MAX_AGE_MS)
          const answer = code(decider.outside(...note(id)))
          if (model.some((one) => one.id === id)) expect(answer).toBe('duplicate')
          // One that is too old may still be known, as nothing is gained by forgetting it at once.
          else if (answer === 'duplicate') continue
          else if (model.length >= maxCount) expect(answer).toBe('DEDUP_WINDOW_FULL')
          else {
            expect(answer).toBe('recorded')
            model.push({ id, at: decider.now })
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('SND-68 one id of a clock that was ahead keeps no other in the window', () => {
    const decider = parked(100)
    decider.outside(...note('before'))
    decider.now += 365 * 86_400_000
    decider.outside(...note('ahead'))
    decider.now -= 365 * 86_400_000
    for (let n = 0; n < 400; n++) {
      decider.now += MAX_AGE_MS / 20
      expect([n, code(decider.outside(...note(`id-${n}`)))]).toEqual([n, 'recorded'])
    }
    expect(Object.keys(decider.state?.dedup ?? {}).length).toBeLessThan(5)
    expect(code(decider.outside(...note('ahead')))).toBe('duplicate')
  })

  test('a record holds one id and none of the others, however many there are', () => {
    const decider = parked(10_000)
    const sizes: number[] = []
    for (let n = 0; n < 300; n++) {
      decider.outside(...note(`id-${1_000 + n}`))
      sizes.push(JSON.stringify(decider.records.at(-1)?.metadata.refold.body.patch).length)
    }
    const [usual = 0] = sizes.toSorted((one, other) => one - other).slice(150)
    expect(Math.max(...sizes)).toBeLessThan(usual + 100) // it may open a bucket
  })

  test('ids that are too old go together, and take no more than one operation a bucket', () => {
    const decider = parked(10_000)
    for (let n = 0; n < 300; n++) decider.outside(...note(`id-${n}`))
    decider.now += MAX_AGE_MS + 1
    decider.outside(...note('young'))
    expect(Object.values(decider.state?.dedup ?? {}).flatMap((ids) => Object.keys(ids))).toEqual(['young'])
    const removed = decider.records.at(-1)?.metadata.refold.body.patch.filter(({ op }) => op === 'remove')
    expect(removed?.length).toBeLessThan(10)
  })
})
