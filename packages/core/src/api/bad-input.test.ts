/** What comes from outside and is wrong: a coded error each time, and nothing recorded. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import type { RefoldError } from '../errors.js'
import { toRevision } from '../record/revision.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const parked = workAgent({ body: controlledBody().body, initial: 'parked' })
const form = defineAgent({
  name: 'form',
  version: 1,
  machine: setup({
    types: { input: {} as { size: number }, events: {} as { type: 'fill'; text: string } | { type: 'internal' } },
  }).createMachine({ on: { fill: { actions: () => {} }, internal: { actions: () => {} } } }),
  input: z.object({ size: z.number().min(1) }),
  events: { fill: z.object({ text: z.string() }) },
})

async function began() {
  const log = memoryLog()
  const process = await startProcess({ log, agents: [parked, form] })
  const agent = await process.runtime.start(parked, { id: '1' })
  return { log, process, agent, types: () => typesOf(log, 'work-1') }
}

async function refusal(attempt: Promise<unknown>): Promise<RefoldError> {
  return attempt.then(
    () => expect.unreachable('it was accepted'),
    (error: unknown) => error as RefoldError,
  )
}

describe('starting', () => {
  test('an input that fails its schema is refused with the issues of zod', async () => {
    const { log, process } = await began()
    const error = await refusal(process.runtime.start(form, { id: '1', input: { size: 0 } }))
    expect(error.code).toBe('INVALID_INPUT')
    expect(error.facts['issues']).toMatchObject([{ path: ['size'], code: 'too_small' }])
    expect(await typesOf(log, 'form-1')).toEqual([])
  })

  test('an input that is not JSON is refused with its path', async () => {
    const { process } = await began()
    const error = await refusal(
      process.runtime.start(parked, { id: '2', input: { job: 'x', list: [new Date(0)] as never } }),
    )
    expect(error).toMatchObject({ code: 'NOT_SERIALIZABLE', facts: { path: '/input/list/0' } })
  })

  test.each(['', ' 1', 'a/b', 'a b', '../x', 'é', '$all', 'x'.repeat(201), 'a\n'])(
    'the id %j is refused',
    async (id) => {
      const { process } = await began()
      expect(await refusal(process.runtime.start(parked, { id }))).toMatchObject({ code: 'INVALID_ID' })
      expect(await refusal(process.runtime.attach(parked, id))).toMatchObject({ code: 'INVALID_ID' })
    },
  )

  test('a definition or a version that is not registered is refused, with what is', async () => {
    const { log, process } = await began()
    const other = workAgent({ body: controlledBody().body, version: 2 })
    expect(await refusal(process.runtime.start(other, { id: '2' }))).toMatchObject({
      code: 'UNKNOWN_DEFINITION',
      facts: { versions: [1] },
    })
    const newer = await startProcess({ log, agents: [other] })
    expect(await refusal(newer.runtime.attach(other, '1'))).toMatchObject({
      code: 'UNKNOWN_DEFINITION',
      facts: { name: 'work', version: 1 },
    })
  })

  test('an agent that was never started is not found', async () => {
    const { log, process } = await began()
    expect(await refusal(process.runtime.attach(parked, 'no-one'))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await typesOf(log, 'work-no-one')).toEqual([])
  })
})

describe('sending', () => {
  test('an event that fails its schema is refused with the issues of zod', async () => {
    const { process } = await began()
    const agent = await process.runtime.start(form, { id: '1', input: { size: 1 } })
    const error = await refusal(agent.send({ type: 'fill', text: 5 as never }))
    expect(error).toMatchObject({ code: 'INVALID_EVENT', facts: { issues: [{ path: ['text'] }] } })
    expect(await refusal(agent.send({ type: 'internal' } as never))).toMatchObject({ code: 'INVALID_EVENT' })
  })

  test.each([null, 'go', 5, {}, { type: 7 }, [], { type: '' }, { type: 'xstate.init' }, { type: 'refold.started' }])(
    '%j is no event',
    async (event) => {
      const { agent, types } = await began()
      expect(await refusal(agent.send(event as never))).toMatchObject({ code: 'INVALID_EVENT' })
      expect(await types()).toEqual(['refold.started'])
    },
  )

  test.each([
    ['a date', { when: new Date(0) }, '/event/value/when'],
    ['not a number', { n: [Number.NaN] }, '/event/value/n/0'],
    ['a function', () => 1, '/event/value'],
    ['a big integer', { deep: { n: 1n } }, '/event/value/deep/n'],
    ['a reserved key', JSON.parse('{"__proto__": {"polluted": true}}'), '/event/value/__proto__'],
    ['another reserved key', { constructor: 1 }, '/event/value/constructor'],
  ])('%s is refused with its path', async (_what, value, path) => {
    const { agent, types } = await began()
    expect(await refusal(agent.send({ type: 'store', value }))).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      facts: { path },
    })
    expect(await types()).toEqual(['refold.started'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('a cycle is refused with its path', async () => {
    const { agent } = await began()
    const value: { self?: unknown } = {}
    value.self = value
    expect(await refusal(agent.send({ type: 'store', value }))).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      facts: { path: '/event/value/self' },
    })
  })

  test('an event that is too large for the store is refused to its sender, and the agent goes on', async () => {
    const log = memoryLog()
    const process = await startProcess({ log, agents: [parked], maxAppendBytes: 5_000 })
    const agent = await process.runtime.start(parked, { id: '1' })
    const [small, large, other] = [
      agent.send({ type: 'note', text: 'small' }),
      refusal(agent.send({ type: 'store', value: 'x'.repeat(6_000) })),
      agent.send({ type: 'note', text: 'other' }),
    ]
    expect(await large).toMatchObject({ code: 'TOO_LARGE' })
    expect((await small).context.notes).toEqual(['small'])
    expect((await other).context.notes).toEqual(['small', 'other'])
  })

  test('a chart that loops for ever is refused, and the agent goes on', async () => {
    const { agent, types } = await began()
    expect(await refusal(agent.send({ type: 'spin' }))).toMatchObject({ code: 'LOOPS_FOREVER' })
    expect((await agent.send({ type: 'note', text: 'on' })).value).toBe('parked')
    expect(await types()).toEqual(['refold.started', 'note'])
  })

  test('an assign that mutates is refused, and nothing of it stays', async () => {
    const { agent } = await began()
    expect(await refusal(agent.send({ type: 'mutate' }))).toMatchObject({ code: 'MUTATED' })
    expect((await agent.send({ type: 'note', text: 'on' })).context.notes).toEqual(['on'])
  })

  test.each(['__proto__', 'constructor', 'prototype', '', 'x'.repeat(300)])(
    'the event id %j is refused, not taken for a known one',
    async (id) => {
      const { agent, types } = await began()
      expect(await refusal(agent.send({ type: 'note', text: 'a' }, { id }))).toMatchObject({ code: 'INVALID_ID' })
      expect(await types()).toEqual(['refold.started'])
    },
  )

  test.each(['toString', 'hasOwnProperty', 'valueOf'])('the event id %j is an id like any other', async (id) => {
    const { agent } = await began()
    await agent.send({ type: 'note', text: 'a' }, { id })
    expect((await agent.send({ type: 'note', text: 'a' }, { id })).context.notes).toEqual(['a'])
  })
})

describe('who and why', () => {
  test.each([{ a: 1n }, 5, () => 1, null, 'x'.repeat(1_001)])('%s is no `by` and no `reason`', async (note) => {
    const { process, agent, types } = await began()
    const others = agent.send({ type: 'note', text: 'others' })
    const by = note as never
    for (const attempt of [
      agent.send({ type: 'note', text: 'a' }, { by }),
      agent.pause({ by }),
      agent.pause({ reason: by }),
      agent.cancel({ reason: by }),
      process.runtime.start(parked, { id: '2', by }),
      process.runtime.migrate(parked, '1', { by }),
    ])
      expect(await refusal(attempt)).toMatchObject({ code: 'INVALID_INPUT' })
    expect((await others).context.notes).toEqual(['others'])
    expect(await types()).toEqual(['refold.started', 'note'])
    expect(process.reports).toEqual([])
  })
})

describe('looking back', () => {
  test.each([
    null,
    undefined,
    '0',
    1.5,
    Number.NaN,
    2 ** 60,
    {},
    { at: Number.NaN },
    { at: Number.NEGATIVE_INFINITY },
    { at: 1e300 },
    { at: '2020' },
    { at: new Date(0) },
  ])('%j is no point of a history', async (moment) => {
    const { agent } = await began()
    const given = moment as never
    expect(await refusal(agent.stateAt(given))).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await refusal(agent.diff(given, toRevision(0)))).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await refusal(agent.diff(toRevision(0), given))).toMatchObject({ code: 'INVALID_INPUT' })
    expect(() => agent.eventsFrom(given)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })

  test('an integer is taken for the revision that it is', async () => {
    const { agent } = await began()
    await agent.send({ type: 'note', text: 'a' })
    await agent.send({ type: 'note', text: 'b' })
    const [zero, one] = [0 as never, 1 as never]
    expect((await agent.stateAt(zero)).context.notes).toEqual([])
    expect((await agent.stateAt(one)).context.notes).toEqual(['a'])
    expect(await agent.diff(zero, one)).toHaveLength(1)
    const seen: number[] = []
    agent.eventsFrom(one).subscribe(({ revision }) => seen.push(Number(revision)))
    await settle()
    expect(seen).toEqual([1, 2])
  })
})

describe('a closed runtime', () => {
  test('refuses everything with CLOSED, and closing again does nothing', async () => {
    const { process, agent, types } = await began()
    await process.runtime.close()
    await process.runtime.close()
    expect(await refusal(agent.send({ type: 'note', text: 'late' }))).toMatchObject({ code: 'CLOSED' })
    expect(await refusal(agent.waitFor(() => false))).toMatchObject({ code: 'CLOSED' })
    expect(await refusal(agent.pause())).toMatchObject({ code: 'CLOSED' })
    expect(await refusal(process.runtime.start(parked, { id: '9' }))).toMatchObject({ code: 'CLOSED' })
    expect(await refusal(process.runtime.attach(parked, '1'))).toMatchObject({ code: 'CLOSED' })
    expect(await types()).toEqual(['refold.started'])
  })

  test('ends every wait', async () => {
    const { process, agent } = await began()
    const waiting = refusal(agent.waitFor((state) => state.context.job === 'never'))
    await settle()
    await process.runtime.close()
    expect(await waiting).toMatchObject({ code: 'CLOSED' })
  })
})
