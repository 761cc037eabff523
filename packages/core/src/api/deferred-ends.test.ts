/** What becomes of events that were kept: told where they are not taken, and kept through deploys, pauses and migrations. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { approve, define, EVENTS, letter, opened, started, types } from './letter-agent.fixture.js'
import type { LetterEvent } from './letter-agent.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess } from './process.fixture.js'

const by = EVENTS.approve.schema

describe('SND-27 a kept event that is not taken', () => {
  test('SND-27 is told when the agent ends before', async () => {
    for (const end of ['withdraw', 'cancel'] as const) {
      const { agent, reports } = await started()
      await agent.send(approve('ana'))
      await (end === 'cancel' ? agent.cancel() : agent.send({ type: 'withdraw' }))
      expect(agent.getSnapshot()).toMatchObject({ condition: 'ended', deferred: [] })
      const facts = { event: 'approve', revision: 1 }
      expect(reports).toContainEqual(expect.objectContaining({ code: 'NOT_ACTIVE', facts }))
    }
  })

  test('SND-27 one that another kept event made the agent end before is told, and not that one', async () => {
    const { agent, reports } = await started({
      agents: [define({ events: { ...EVENTS, withdraw: { schema: z.object({}), defer: true } } })],
    })
    await agent.send(approve('ana'))
    await agent.send({ type: 'stamp', by: 'post' })
    await agent.send({ type: 'pick', n: 1 })
    await agent.send({ type: 'ask' })
    await agent.done()
    expect(reports.map(({ facts }) => facts)).toEqual([{ event: 'pick', revision: 3 }])
  })

  test('SND-27 at which the chart throws is refused then, told, and its id is free; the step stands', async () => {
    const broken = { chart: true }
    const definition = define({
      onApprove: () => {
        if (broken.chart) throw new TypeError('no such field')
      },
    })
    const { log, agent, reports } = await started({ agents: [definition] })
    await agent.send(approve('ana'), { id: 'a' })
    expect(await agent.send({ type: 'ask' })).toMatchObject({ value: 'review' })
    const refused = { code: 'EVENT_REFUSED', message: 'no such field' }
    expect((await eventsOf(log, 'letter-1')).at(-1)).toMatchObject({
      type: 'refold.recalled',
      data: { event: 'approve', revision: 1, refused },
    })
    expect(agent.getSnapshot()).toMatchObject({ value: 'review', condition: 'running', deferred: [] })
    expect(reports).toContainEqual(
      expect.objectContaining({ code: 'EVENT_REFUSED', facts: { event: 'approve', revision: 1 } }),
    )
    broken.chart = false
    expect(await agent.send(approve('ana'), { id: 'a' })).toMatchObject({ value: 'approved' })
  })

  test('SND-27 whose transition is too large for the store is told as that', async () => {
    const log = memoryLog()
    const huge = { now: false }
    const machine = setup({
      types: { context: {} as { text: string }, events: {} as { type: 'go' } | { type: 'early' } },
    }).createMachine({
      context: { text: '' },
      initial: 'a',
      states: {
        a: { on: { go: 'b' } },
        b: { on: { early: { actions: assign({ text: () => (huge.now ? 'x'.repeat(9_000) : 'y') }) } } },
      },
    })
    const events = { go: z.object({}), early: { schema: z.object({}), defer: true } }
    const grown = defineAgent({ name: 'letter', version: 1, machine, events })
    const { runtime, reports } = await startProcess({ log, agents: [grown], maxAppendBytes: 4_000 })
    const agent = await runtime.start(grown, { id: '1' })
    await agent.send({ type: 'early' })
    huge.now = true
    expect(await agent.send({ type: 'go' })).toMatchObject({ value: 'b' })
    await agent.waitFor(({ deferred }) => deferred.length === 0)
    expect(await types(log)).toEqual(['refold.started', 'early', 'go', 'refold.recalled'])
    expect(reports).toContainEqual(expect.objectContaining({ code: 'TOO_LARGE' }))
  })
})

describe('SND-28 deploys, pauses, migrations', () => {
  test('SND-28 a type that is not deferred any more stays kept; what a schema refuses today is told at its turn', async () => {
    const { log, time, agent, die } = await started()
    await agent.send(approve('ana'))
    await agent.send({ type: 'stamp', by: 'post' })
    die()
    const plain = define({ events: { ...EVENTS, approve: by, stamp: z.object({ by: z.literal('office') }) } })
    const next = await opened({ log, time, agents: [plain] })
    await outliveLease(time)
    const there = await next.runtime.attach(plain, '1')
    await expect(there.send(approve('bo'))).rejects.toMatchObject({ code: 'EVENT_NOT_ACCEPTED' })
    await there.send({ type: 'ask' })
    expect(there.getSnapshot()).toMatchObject({ value: 'approved', context: { by: ['ana'] }, deferred: [] })
    expect(next.reports).toContainEqual(
      expect.objectContaining({ code: 'INVALID_EVENT', facts: { event: 'stamp', revision: 2 } }),
    )
  })

  test.each([
    ['needs an approval', { approve: by }, { approve: () => 'the text' }, 'APPROVAL_REQUIRED'],
    ['may not come from outside', {}, undefined, 'INVALID_EVENT'],
  ] as const)('SND-27 a type that %s since a deploy is refused', async (_what, declared, approvals, code) => {
    const { log, time, agent, die } = await started()
    await agent.send(approve('ana'))
    die()
    const { approve: _approve, ...events } = EVENTS
    const strict = define({ events: { ...events, ...declared }, approvals })
    const next = await opened({ log, time, agents: [strict] })
    await outliveLease(time)
    const there = await next.runtime.attach(strict, '1')
    await there.send({ type: 'ask' })
    expect(there.getSnapshot()).toMatchObject({ value: 'review', deferred: [] })
    expect(next.reports).toContainEqual(expect.objectContaining({ code }))
  })

  test('SND-28 survives a migration, and is decided in the append of it where the new chart takes it', async () => {
    const { log, agent } = await started()
    await agent.send(approve('ana'))
    const second = define({ version: 2 })
    const { runtime } = await opened({ log, agents: [letter, second] })
    const patch = [{ op: 'replace', path: '/root/value', value: 'review' }] as const
    const moved = await runtime.migrate(second, '1', { patch })
    expect(moved.getSnapshot()).toMatchObject({ value: 'approved', context: { by: ['ana'] }, deferred: [] })
    expect((await types(log)).slice(-2)).toEqual(['refold.migrated', 'refold.recalled'])
  })

  test('SND-28 a paused agent decides it too, and from a snapshot it is the same', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const first = await startProcess({ log, time, agents: [letter], snapshots: { everyEvents: 1 } })
    const agent = await first.runtime.start(letter, { id: '1' })
    await agent.send(approve('ana'))
    await agent.pause()
    await settle()
    first.die()
    const next = await opened({ log, time })
    const there = await next.runtime.attach(letter, '1')
    await there.send({ type: 'ask' })
    expect(there.getSnapshot()).toMatchObject({ value: 'approved', condition: 'paused' })
  })

  test('SND-28 what a deploy makes welcome in the present state is decided before the next input', async () => {
    const { log, time, agent, die } = await started()
    await agent.send({ type: 'stamp', by: 'post' })
    die()
    const open = defineAgent({
      name: 'letter',
      version: 1,
      machine: setup({
        types: { context: {} as { by: string[]; next: number }, events: {} as LetterEvent },
      }).createMachine({
        context: { by: [], next: 1 },
        initial: 'draft',
        states: {
          draft: {
            on: { stamp: { actions: assign({ by: ['stamped'] }) }, ask: 'review' },
            after: { 60_000: 'review' },
          },
          review: { on: { approve: 'draft' } },
        },
      }),
      events: { stamp: EVENTS.stamp, ask: EVENTS.ask, approve: EVENTS.approve },
    })
    const next = await startProcess({ log, time, agents: [open] })
    await outliveLease(time)
    const there = await next.runtime.attach(open, '1')
    await there.send({ type: 'ask' })
    expect(there.getSnapshot()).toMatchObject({ value: 'review', context: { by: ['stamped'] } })
    expect((await types(log)).filter((type) => type !== 'refold.claimed').slice(-2)).toEqual(['refold.recalled', 'ask'])
  })

  test('SND-28 a process with another version of the definition decides none of them', async () => {
    const { log, agent } = await started()
    await agent.send({ type: 'pick', n: 1 })
    const events = { pick: EVENTS.pick }
    const machine = setup({
      types: { context: {} as { n: number }, events: {} as { type: 'pick'; n: number } },
    }).createMachine({
      context: { n: 0 },
      initial: 'draft',
      states: {
        draft: { on: { pick: { actions: assign({ n: ({ event }) => event.n }) } }, after: { 60_000: 'review' } },
        review: {},
      },
    })
    const second = defineAgent({ name: 'letter', version: 2, machine, events })
    const { runtime } = await startProcess({ log, agents: [letter, second] })
    await runtime.start(second, { id: '1' })
    expect(await types(log)).toEqual(['refold.started', 'pick'])
    await runtime.migrate(second, '1', { patch: [{ op: 'replace', path: '/root/context', value: { n: 0 } }] })
    expect((await types(log)).slice(2)).toEqual(['refold.migrated', 'refold.recalled'])
  })
})
