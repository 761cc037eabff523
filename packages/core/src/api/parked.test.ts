/** Agents that wait for an event, and what a deploy made of the states in which they wait. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { defineAgent, internalsOf } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { invariant, RefoldError } from '../errors.js'
import { foldStream } from '../history/fold-stream.js'
import { agentLog } from '../log/agent-log.js'
import { formatPlan } from '../plan/format-plan.js'
import { planRecovery } from '../plan/plan-recovery.js'
import { NotBegun } from '../runtime/takeover/not-begun.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

const ask = effect(async () => 'yes')

/** `review` waits for a person; so does `archive`, with a reminder that stays where it is. */
function form({ version = 1, review = {}, without }: { version?: number; review?: object; without?: string } = {}) {
  const states: Record<string, object> = {
    start: { on: { go: 'review', keep: 'archive' } },
    review: { on: { note: {}, approve: 'done' }, ...review },
    archive: { after: { 500: { actions: [] } }, on: { approve: 'done' } },
    done: { type: 'final' },
  }
  if (without !== undefined) {
    states['renamed'] = states[without] ?? {}
    delete states[without]
  }
  const text = JSON.stringify(states).replaceAll(`"${without}"`, '"renamed"')
  const events = {} as { type: 'go' } | { type: 'keep' } | { type: 'note' } | { type: 'approve' }
  const machine = setup({ types: { events }, actors: { ask } }).createMachine({
    id: 'form',
    initial: 'start',
    states: JSON.parse(text) as never,
  }) as unknown as AnyStateMachine
  return defineAgent({ name: 'form', version, machine })
}

/** Three in review, one in the archive after its reminder, one that has not moved. */
async function parked(definition = form()) {
  const log = memoryLog()
  const first = await startProcess({ log, agents: [definition] })
  for (const id of ['a', 'b', 'c', 'kept', 'new']) {
    const agent = await first.runtime.start(definition, { id })
    if (id !== 'new') await agent.send({ type: id === 'kept' ? 'keep' : 'go' })
  }
  await first.time.advance(600)
  await first.runtime.close()
  return { log, time: first.time }
}

async function planOf(log: MemoryLog, agents: readonly AgentDefinition[]) {
  const store = memoryStore(log)
  const planned = await planRecovery({ store, agents })
  await store.close()
  return planned
}

describe('RCV-25 parked agents that today’s charts cannot take', () => {
  test('RCV-25 are told by place, by the plan and at the start: a state that is gone', async () => {
    const { log, time } = await parked()
    const changed = form({ without: 'review' })
    const planned = await planOf(log, [changed])
    expect(planned.troubled.map(({ agent, active, version }) => [agent.id, active, version])).toEqual([
      ['a', ['review'], 1],
      ['b', ['review'], 1],
      ['c', ['review'], 1],
    ])
    expect(formatPlan(planned)).toContain(
      '3 agents of form@1 in review: NEEDS_MIGRATION: no place for state "review" (form-a, form-b, form-c)',
    )
    const next = await startProcess({ log, time, agents: [changed] })
    expect((await next.runtime.recovered).reports).toEqual(next.reports)
    expect(next.reports).toMatchObject([
      { code: 'NEEDS_MIGRATION', facts: { active: ['review'], count: 3, agents: ['a', 'b', 'c'], version: 1 } },
    ])
  })

  test('RCV-25 are told by place: a version that is not registered', async () => {
    const { log, time } = await parked()
    const agents = [form({ version: 2 })]
    const planned = await planOf(log, agents)
    expect(planned.troubled).toHaveLength(5)
    expect(formatPlan(planned)).toContain(
      '3 agents of form@1 in review: NEEDS_MIGRATION: the version is not registered',
    )
    const next = await startProcess({ log, time, agents })
    expect(next.reports.map(({ code, facts }) => [code, facts?.['active'], facts?.['count']])).toEqual([
      ['NEEDS_MIGRATION', ['review'], 3],
      ['NEEDS_MIGRATION', ['archive'], 1],
      ['NEEDS_MIGRATION', ['start'], 1],
    ])
  })

  test('RCV-25 are none, and nothing is told, while the chart is the same', async () => {
    const { log, time } = await parked()
    expect(await planOf(log, [form()])).toMatchObject({ troubled: [], notBegun: [] })
    expect((await startProcess({ log, time, agents: [form()] })).reports).toEqual([])
  })
})

describe('RCV-26 what a deploy added to states in which agents wait', () => {
  test.each([
    ['an invoke', { invoke: { src: 'ask' } }, 'invoke "ask" of state "form.review"'],
    ['an `after`', { after: { 900: 'done' } }, 'after 900 of state "form.review"'],
  ])('RCV-26 is told by place, by the plan and at the start, until it has begun: %s', async (_, review, what) => {
    const { log, time } = await parked()
    const grown = form({ review })
    const planned = await planOf(log, [grown])
    expect(planned.troubled).toEqual([])
    expect(planned.notBegun.map(({ agent, what: missing }) => [agent.id, missing])).toEqual([
      ['a', [what]],
      ['b', [what]],
      ['c', [what]],
    ])
    expect(formatPlan(planned)).toContain(`not begun 3 agents of form@1 in review: ${what}`)
    const next = await startProcess({ log, time, agents: [grown] })
    expect(next.reports).toMatchObject([
      { code: 'NOT_BEGUN', facts: { active: ['review'], count: 3, why: what, agents: ['a', 'b', 'c'] } },
    ])
    for (const id of ['a', 'b', 'c']) await next.runtime.migrate(grown, id, { beginMissing: true })
    await settle()
    await next.runtime.close()
    expect((await planOf(log, [grown])).notBegun).toEqual([])
    expect((await startProcess({ log, time, agents: [grown] })).reports).toEqual([])
  })
})

test('RCV-235 a chart that could not be read once is read for the next agent', async () => {
  const { log } = await parked()
  const store = memoryStore(log)
  const { state } = await foldStream(agentLog(store), 'form-a')
  invariant(state !== undefined, 'it was started')
  let isDown = true
  const read: Store['read'] = (...given) => {
    if (isDown) throw new RefoldError('STORE_REJECTED', 'not now')
    return store.read(...given)
  }
  const notBegun = new NotBegun({ read })
  const grown = internalsOf(form({ review: { invoke: { src: 'ask' } } }))
  await expect(notBegun.of(state, grown)).rejects.toMatchObject({ code: 'STORE_REJECTED' })
  isDown = false
  expect(await notBegun.of(state, grown)).toEqual(['invoke "ask" of state "form.review"'])
  await store.close()
})

describe('RCV-27 versions', () => {
  test('RCV-27 `find` finds agents by version, and `attach` with another version is refused', async () => {
    const { log, time } = await parked()
    const [one, two] = [form(), form({ version: 2 })]
    const { runtime } = await startProcess({ log, time, agents: [one, two] })
    await runtime.migrate(two, 'a')
    const found = async (version: number) => (await runtime.find({ definition: 'form', version })).map(({ id }) => id)
    expect([await found(1), await found(2), await found(3)]).toEqual([['b', 'c', 'kept', 'new'], ['a'], []])
    await expect(runtime.find({ version: '1' } as never)).rejects.toMatchObject({ facts: { path: 'version' } })
    await expect(runtime.attach(two, 'b')).rejects.toMatchObject({
      code: 'WRONG_VERSION',
      facts: { version: 1, asked: 2 },
    })
    await expect(runtime.attach(one, 'a')).rejects.toMatchObject({ code: 'WRONG_VERSION' })
    expect((await runtime.attach(two, 'a')).getSnapshot().value).toBe('review')
    expect((await runtime.start(two, { id: 'b' })).getSnapshot().value, 'the same id is the same agent').toBe('review')
  })
})
