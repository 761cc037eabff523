/** What `decide` answers to each kind of input, given who sends it and where the agent stands. */
import { describe, expect, test } from 'vitest'
import { controlledBody } from '../api/controlled-body.fixture.js'
import { workAgent } from '../api/work-agent.fixture.js'
import type { WorkOptions } from '../api/work-agent.fixture.js'
import { Decider } from './decider.fixture.js'
import type { Decision } from './decision.js'
import type { Input } from './inputs.js'

const KEEP = { whenBlocked: 'keep' } as const

function working(policy?: WorkOptions['policy'], options: Partial<WorkOptions> = {}): Decider {
  return Decider.started(
    workAgent({ body: controlledBody().body, ...(policy === undefined ? undefined : { policy }), ...options }),
  )
}
const note = (text: string): Input => ({ kind: 'event', event: { type: 'note', text } })
const code = (resolution: Decision) => (resolution.kind === 'refused' ? resolution.error.code : resolution.kind)

describe('OWN-2 owner inputs', () => {
  const inputs: ((effect: string) => Input)[] = [
    (effect) => ({ kind: 'effect.started', effect, attempt: 1 }),
    (effect) => ({ kind: 'attempt.failed', effect, attempt: 1, error: { name: 'E', message: 'm' }, retryAt: 5 }),
    (effect) => ({ kind: 'effect.doubted', effect, why: 'unknown' }),
    (effect) => ({ kind: 'effect.step', effect, step: 'a#0', output: 1 }),
    (effect) => ({ kind: 'effect.failed', effect, error: { name: 'E', message: 'm' } }),
    (effect) => ({ kind: 'effect.event', effect, event: { type: 'note', text: 'x' } }),
    (effect) => ({ kind: 'effect.next', effect, value: 1 }),
    () => ({ kind: 'timer.fired', timer: '0.t0' }),
  ]

  test.each(inputs.map((make) => [make('x').kind, make] as const))(
    'OWN-2 %s from an older epoch, another worker or no one is dropped',
    (_kind, make) => {
      const decider = working()
      const input = make(decider.effect)
      decider.outside({ kind: 'claimed', worker: 'second', previous: 'owner' })
      for (const from of [
        { worker: 'owner', epoch: 1 },
        { worker: 'second', epoch: 1 },
        { worker: 'owner', epoch: 2 },
        { worker: 'second' },
      ]) {
        expect(code(decider.take({ input, ...from }))).toBe('dropped')
      }
      expect(decider.records).toHaveLength(2)
    },
  )

  test('OWN-3 a success from an older epoch is taken and is late; one that comes second is kept and changes nothing', () => {
    const decider = working()
    const { effect } = decider
    decider.outside({ kind: 'claimed', worker: 'second', previous: 'owner' })
    expect(
      code(decider.take({ input: { kind: 'effect.done', effect, output: 'old' }, worker: 'owner', epoch: 1 })),
    ).toBe('recorded')
    expect(decider.records.at(-1)?.metadata.refold).toMatchObject({ epoch: 1, input: { late: true } })
    const before = decider.state
    expect(
      code(decider.take({ input: { kind: 'effect.done', effect, output: 'new' }, worker: 'second', epoch: 2 })),
    ).toBe('dropped')
    expect(
      code(decider.take({ input: { kind: 'effect.done', effect, output: 'older' }, worker: 'owner', epoch: 1 })),
    ).toBe('recorded')
    expect(decider.records.at(-1)).toMatchObject({
      data: { output: 'older' },
      metadata: { refold: { input: { late: true } } },
    })
    expect(decider.state).toBe(before)
  })

  test('OWN-3 a definite failure from an older epoch is taken of a never-retry effect only', () => {
    for (const [safety, answer] of [
      ['idempotent', 'dropped'],
      ['never-retry', 'recorded'],
    ] as const) {
      const decider = working({ safety })
      const { effect } = decider
      decider.own({ kind: 'effect.started', effect, attempt: 1 })
      decider.outside({ kind: 'claimed', worker: 'second', previous: 'owner' })
      expect(
        code(
          decider.take({
            input: { kind: 'effect.failed', effect, error: { name: 'E', message: 'm' } },
            worker: 'owner',
            epoch: 1,
          }),
        ),
      ).toBe(answer)
    }
  })
})

describe('claims', () => {
  test('OWN-1 the second of two claimants that found the same owner is refused', () => {
    const decider = working()
    expect(code(decider.outside({ kind: 'claimed', worker: 'second', previous: 'owner' }))).toBe('recorded')
    expect(decider.state?.agent).toMatchObject({ owner: 'second', epoch: 2 })
    expect(code(decider.outside({ kind: 'claimed', worker: 'third', previous: 'owner' }))).toBe('NOT_OWNER')
  })

  test('EFF-15 EFF-16 a claim puts a begun never-retry effect in doubt, and no other', () => {
    const begun = working({ safety: 'never-retry' })
    begun.own({ kind: 'effect.started', effect: begun.effect, attempt: 1 })
    begun.outside({ kind: 'claimed', worker: 'second', previous: 'owner' })
    expect(begun.state?.effects[begun.effect]?.inDoubt).toEqual({ since: 1_000, revision: 2, why: 'interrupted' })
    const pending = working({ safety: 'never-retry' })
    pending.outside({ kind: 'claimed', worker: 'second', previous: 'owner' })
    expect(pending.state?.effects[pending.effect]?.inDoubt).toBeUndefined()
  })
})

test('EFF-42 the begin of a never-retry effect is recorded once, until its attempt failed or a person says `again`', () => {
  const decider = working({ safety: 'never-retry' })
  const { effect } = decider
  const begin = () => code(decider.own({ kind: 'effect.started', effect, attempt: 1 }))
  expect([begin(), begin()]).toEqual(['recorded', 'dropped'])
  const error = { name: 'E', message: 'm' }
  decider.own({ kind: 'attempt.failed', effect, attempt: 1, error, retryAt: 5 })
  expect([begin(), begin()]).toEqual(['recorded', 'dropped'])
  decider.own({ kind: 'effect.doubted', effect, why: 'unknown' })
  decider.outside({ kind: 'effect.resolved', effect, resolution: { again: true } })
  expect([begin(), begin()]).toEqual(['recorded', 'dropped'])
  const idempotent = working()
  const again = () => code(idempotent.own({ kind: 'effect.started', effect: idempotent.effect, attempt: 1 }))
  expect([again(), again()]).toEqual(['recorded', 'recorded'])
})

describe('decisions of a person', () => {
  test('EFF-17 about an effect that is not in doubt, or not there, are refused', () => {
    const decider = working({ safety: 'never-retry' })
    for (const effect of [decider.effect, 'no one', 'constructor']) {
      for (const resolution of [
        { complete: 1 },
        { again: true as const },
        { fail: { name: 'E', message: 'm' } },
        { acknowledge: true as const },
      ]) {
        expect(code(decider.outside({ kind: 'effect.resolved', effect, resolution }))).toBe('NOT_IN_DOUBT')
      }
    }
  })

  test('EFF-20 an abandoned payment outlives the agent, and is settled by its outcome or by a word', () => {
    for (const end of [
      { kind: 'effect.resolved', resolution: { acknowledge: true } },
      { kind: 'effect.done', output: 'paid' },
    ] as const) {
      const decider = working({ safety: 'never-retry' })
      const { effect } = decider
      decider.own({ kind: 'effect.started', effect, attempt: 1 })
      decider.outside({ kind: 'event', event: { type: 'finish' } })
      expect(decider.state?.root.status).toBe('done')
      expect(decider.state?.effects[effect]?.abandoned).toEqual({ at: 1_000, revision: 2 })
      expect(
        code(end.kind === 'effect.done' ? decider.own({ ...end, effect }) : decider.outside({ ...end, effect })),
      ).toBe('recorded')
      expect(decider.state?.effects).toEqual({})
    }
  })
})

describe('a blocked agent', () => {
  function blocked(): Decider {
    const decider = working(undefined, {
      onOutcome: () => {
        throw new TypeError('no such field')
      },
    })
    decider.own({ kind: 'effect.done', effect: decider.effect, output: 'paid' })
    return decider
  }

  test('RCV-6 takes outside events up to a bound and then QUEUE_FULL, outcomes always, commands too', () => {
    const decider = blocked()
    expect(['a', 'b', 'c'].map((text) => code(decider.outside(note(text), KEEP)))).toEqual([
      'recorded',
      'recorded',
      'QUEUE_FULL',
    ])
    expect(decider.state?.agent.waiting).toHaveLength(3)
    for (const kind of ['paused', 'resumed'] as const) expect(code(decider.outside({ kind }))).toBe('recorded')
    expect(code(decider.own({ kind: 'released' }))).toBe('recorded')
    decider.outside({ kind: 'claimed', worker: 'second' })
    expect(decider.state?.agent).toMatchObject({ owner: 'second', blocked: { error: { code: 'EVENT_REFUSED' } } })
  })

  test('RCV-6 EFF-29 what the agent sends itself fills no bound of callers, and has its own', () => {
    const decider = blocked()
    const own = (): string => code(decider.own({ kind: 'actor.event', to: '0', event: { type: 'x' } }))
    expect([own(), own(), own()]).toEqual(['recorded', 'recorded', 'QUEUE_FULL'])
    expect(code(decider.outside(note('a'), KEEP))).toBe('recorded')
  })

  test('RCV-6 an outcome waits beyond the bound', () => {
    const decider = working()
    decider.maxWaiting = 0
    decider.own(
      { kind: 'effect.done', effect: decider.effect, output: 'paid' },
      { blockWith: { name: 'E', message: 'too large' } },
    )
    expect(decider.state?.agent).toMatchObject({
      blocked: { error: { message: 'too large' } },
      waiting: [{ revision: 1, input: { kind: 'effect.done', output: 'paid' } }],
    })
    expect(code(decider.outside(note('a'), KEEP))).toBe('QUEUE_FULL')
  })

  test('what waits goes when a retried input ends the agent', () => {
    const decider = working(undefined, { onAssignNote: () => undefined })
    decider.own(
      { kind: 'effect.done', effect: decider.effect, output: 'paid' },
      { blockWith: { name: 'E', message: 'too large' } },
    )
    decider.maxWaiting = 10
    decider.outside({ kind: 'event', event: { type: 'finish' } }, KEEP)
    decider.outside(note('behind the end'), KEEP)
    decider.outside({ kind: 'retried' })
    decider.outside({ kind: 'retried' })
    expect(decider.state?.root.status).toBe('done')
    expect(decider.state?.agent.waiting).toBeUndefined()
  })
})

describe('the window of event ids', () => {
  test('SND-4 SND-5 is bounded, forgets by age alone, and refuses rather than forgets', () => {
    const decider = working(undefined, { initial: 'parked', dedup: { maxCount: 2, maxAgeMs: 100 } })
    const send = (id: string) => code(decider.outside(note(id), { dedupId: id }))
    expect(['a', 'b', 'c', 'a'].map(send)).toEqual(['recorded', 'recorded', 'DEDUP_WINDOW_FULL', 'duplicate'])
    decider.now += 101
    expect(['c', 'a'].map(send)).toEqual(['recorded', 'recorded'])
    const buckets = Object.values(decider.state?.dedup ?? {})
    expect(buckets.map((ids) => Object.keys(ids))).toEqual([['c', 'a']])
  })

  test('an event that is refused leaves its id free', () => {
    const decider = working(undefined, { initial: 'parked' })
    expect(code(decider.outside({ kind: 'event', event: { type: 'leave' } }, { dedupId: 'x' }))).toBe(
      'EVENT_NOT_ACCEPTED',
    )
    expect(code(decider.outside({ kind: 'event', event: { type: 'go' } }, { dedupId: 'x' }))).toBe('recorded')
  })
})

describe('times', () => {
  test('REC-7 the time of a record never decreases, and a retry is counted from the clock', () => {
    const decider = working()
    const { effect } = decider
    decider.now = 90_000
    decider.outside(note('a day ahead'))
    decider.now = 2_000
    decider.own({ kind: 'effect.started', effect, attempt: 1 })
    expect(decider.records.map(({ metadata }) => metadata.refold.at)).toEqual([1_000, 90_000, 90_000])
    expect(decider.state?.effects[effect]?.attempt?.at).toBe(2_000)
    expect(decider.records.map(({ metadata }) => metadata.refold.now)).toEqual([undefined, undefined, 2_000])
  })
})

test('REC-8 a header says what changed, and only that', () => {
  const decider = working({ safety: 'never-retry' })
  const { effect } = decider
  decider.outside(note('a'))
  decider.own({ kind: 'effect.started', effect, attempt: 1 })
  decider.outside({ kind: 'claimed', worker: 'second', previous: 'owner' })
  decider.outside({ kind: 'paused' })
  decider.outside({ kind: 'cancel', deadlineMs: 0 })
  const said = decider.records.map(({ metadata }) => {
    const { status, active, owner, condition, pending, inDoubt, nextDueAt } = metadata.refold
    return JSON.parse(JSON.stringify({ status, active, owner, condition, pending, inDoubt, nextDueAt })) as object
  })
  expect(said).toEqual([
    {
      status: 'active',
      active: ['working'],
      owner: 'owner',
      condition: 'running',
      pending: 1,
      inDoubt: 0,
      nextDueAt: null,
    },
    {},
    {},
    { owner: 'second', condition: 'in-doubt', pending: 0, inDoubt: 1 },
    { condition: 'paused' },
    { status: 'stopped', condition: 'in-doubt' },
  ])
})

test('EFF-574 what a body has sent is dropped when the chart has left its effect, also where a payment is kept', () => {
  const decider = working({ safety: 'never-retry' })
  const { effect } = decider
  decider.own({ kind: 'effect.started', effect, attempt: 1 })
  decider.outside({ kind: 'event', event: { type: 'leave' } })
  expect(decider.state?.effects[effect]?.abandoned).toBeDefined()
  const late: Input = { kind: 'effect.event', effect, event: { type: 'note', text: 'late' } }
  expect(decider.own(late)).toEqual({ kind: 'dropped', why: 'the chart left the effect' })
})
