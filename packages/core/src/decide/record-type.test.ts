/** Every type that `decide` can write, each written once: the table has a row for each of the closed set, or does not compile. */
import { describe, expect, test } from 'vitest'
import { assign, createMachine, fromCallback, setup } from 'xstate'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { startAgent } from '../definition/send-to-agent.js'
import type { OwnRecordType } from '../record/record.js'
import { child, definition as correspondent, event, hello } from './correspondents.fixture.js'
import { Decider } from './decider.fixture.js'
import { outsideType } from './record-type.js'
import type { RecordType } from './record-type.js'

const bug = { there: true }
const machine = setup({
  actors: { charge: effect(async () => 1), listen: fromCallback(() => {}) },
}).createMachine({
  initial: 'working',
  on: {
    leave: '.parked',
    'refold.cancel': '.parked',
    note: { actions: [] },
  },
  states: {
    working: { invoke: [{ src: 'charge', onDone: 'parked', onError: 'parked' }] },
    parked: { after: { 10: 'rung' } },
    rung: {},
  },
})
const worker = defineAgent({
  name: 'worker',
  version: 1,
  machine,
  effects: { charge: { safety: 'never-retry' } },
})

const early = defineAgent({
  name: 'early',
  version: 1,
  machine: createMachine({
    initial: 'draft',
    states: { draft: { on: { ask: 'review' } }, review: { on: { approve: 'done' } }, done: {} },
  }),
  events: { ask: z.object({}), approve: { schema: z.object({}), defer: true } },
})

const working = (): Decider => Decider.started(worker)
const begun = (): Decider =>
  did(working(), (decider) => decider.own({ kind: 'effect.started', effect: decider.effect, attempt: 1 }))
const doubted = (): Decider =>
  did(begun(), (decider) => decider.own({ kind: 'effect.doubted', effect: decider.effect, why: 'unknown' }))
const parked = (): Decider => did(working(), (decider) => decider.outside(event('leave')))
const claimed = (): Decider =>
  did(working(), (decider) => decider.outside({ kind: 'claimed', worker: 'b', previous: 'owner' }))
const sent = (): Decider =>
  did(Decider.started(correspondent), (decider) => decider.outside(event('greet', { id: '1', text: 'x' })))

function did(decider: Decider, act: (decider: Decider) => unknown): Decider {
  act(decider)
  return decider
}

/** A timer whose transition throws. */
function blocked(): Decider {
  const decider = Decider.started(
    defineAgent({
      name: 'worker',
      version: 1,
      machine: createMachine({
        after: {
          10: {
            actions: assign(() => {
              if (bug.there) throw new Error('the bug')
              return {}
            }),
          },
        },
      }),
    }),
  )
  decider.now += 10
  decider.own({ kind: 'timer.fired', timer: '0.t0' })
  return decider
}

const LAST: Record<OwnRecordType, () => Decider> = {
  'refold.started': working,
  'refold.forked': () => {
    const fork = new Decider(worker)
    const from = { stream: 'worker-1', revision: 0, event: 'event-0', now: 1_000 }
    fork.outside({ kind: 'forked', from, state: working().state as never, keys: 'new', timers: 'shift', run: [] })
    return fork
  },
  'refold.effect.started': begun,
  'refold.effect.done': () => did(working(), (one) => one.own({ kind: 'effect.done', effect: one.effect, output: 1 })),
  'refold.effect.failed': () =>
    did(working(), (one) => one.own({ kind: 'effect.failed', effect: one.effect, error: 'no' })),
  'refold.effect.event': () =>
    did(working(), (one) => one.own({ kind: 'effect.event', effect: one.effect, event: { type: 'note' } })),
  'refold.effect.step': () =>
    did(working(), (one) => one.own({ kind: 'effect.step', effect: one.effect, step: 'a#0', output: 1 })),
  'refold.effect.resolved': () =>
    did(doubted(), (one) => one.outside({ kind: 'effect.resolved', effect: one.effect, resolution: { again: true } })),
  'refold.effect.doubted': doubted,
  'refold.actor.event': () =>
    did(working(), (one) => one.own({ kind: 'actor.event', to: '0', event: { type: 'note' } })),
  'refold.timer.fired': () =>
    did(parked(), (one) => {
      one.now += 10
      one.own({ kind: 'timer.fired', timer: '1.t0' })
    }),
  'refold.message.acknowledged': () => did(sent(), (one) => one.own({ kind: 'message.settled', to: 'peer-1', seq: 1 })),
  'refold.message.undelivered': () =>
    did(sent(), (one) =>
      one.own({ kind: 'message.settled', to: 'peer-1', seq: 1, refused: { code: 'NOT_FOUND', message: 'gone' } }),
    ),
  'refold.message.refused': () => did(Decider.started(correspondent), (one) => one.outside(hello(1, 5))),
  'refold.child.ended': () =>
    did(Decider.started(correspondent), (one) => {
      one.outside(event('delegate'))
      const origin = { from: 'child-c', incarnation: 'life-1', seq: 1 }
      one.outside({ kind: 'message', ...origin, event: { type: 'refold.child.ended' }, own: 'report' })
    }),
  'refold.claimed': claimed,
  'refold.released': () => did(working(), (one) => one.own({ kind: 'released' })),
  'refold.cleared': () =>
    did(working(), (one) => {
      one.outside({ kind: 'claimed', worker: 'b', previous: 'owner', died: true })
      one.outside({ kind: 'claimed', worker: 'c', previous: 'b', died: true, probation: 'shared' })
      one.own({ kind: 'cleared' })
    }),
  'refold.paused': () => did(working(), (one) => one.outside({ kind: 'paused' })),
  'refold.resumed': () =>
    did(working(), (one) => {
      one.outside({ kind: 'paused' })
      one.outside({ kind: 'resumed' })
    }),
  'refold.cancel': () => did(working(), (one) => one.outside({ kind: 'cancel', deadlineMs: 5 })),
  'refold.cancelled': () => did(working(), (one) => one.outside({ kind: 'cancel', deadlineMs: 0 })),
  'refold.retried': () =>
    did(blocked(), (one) => {
      bug.there = false
      one.outside({ kind: 'retried' })
      bug.there = true
    }),
  'refold.recalled': () =>
    did(Decider.started(early), (one) => {
      one.outside(event('approve'))
      one.outside(event('ask'))
      one.outside({ kind: 'recalled' })
    }),
  'refold.migrated': () => did(working(), (one) => one.outside({ kind: 'migrated', from: 1, patch: [] })),
}

describe('the type of a record', () => {
  test.each(Object.entries(LAST))('REC-2 %s is written', (type, make) => {
    expect(make().records.at(-1)?.type).toBe(type)
  })

  test('REC-2 an outside event cannot have one that begins with refold.', () => {
    const decider = working()
    for (const type of [...Object.keys(LAST), 'refold.', 'refold.mine']) {
      expect(decider.outside(event(type))).toMatchObject({ kind: 'refused', error: { code: 'INVALID_EVENT' } })
      expect(() => outsideType(type)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }))
    }
    expect(decider.records).toHaveLength(1)
    expect(outsideType('refolded')).toBe('refolded')
  })

  test('REC-2 a message that reports the end of a child cannot have one, either', () => {
    const done = 'refold.done' as never
    expect(() => startAgent({ agent: child, id: 'c' }, { input: { n: 1 }, done })).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path: 'done' } }),
    )
  })

  test('REC-2 the type checker takes no other', () => {
    const taken: RecordType[] = []
    const takes = (type: RecordType): void => void taken.push(type)
    const text: string = 'note'
    // @ts-expect-error -- no member of the closed set
    takes('refold.branched')
    // @ts-expect-error -- a string is not known to come from outside
    takes(text)
    takes(outsideType(text))
    expect(taken).toHaveLength(3)
  })
})
