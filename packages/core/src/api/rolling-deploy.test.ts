/** Workers of two releases beside each other, under one version: what only the new chart can take goes to a worker that has it. */
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import type { ControlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { typesOf } from './process.fixture.js'
import { besideEachOther, modeOf } from './two-releases.fixture.js'

interface Release {
  readonly body: ControlledBody['body']
  readonly isNew: boolean
  readonly safety?: 'never-retry'
}

/** A job beside a mode, and a bell that rings by itself; only the new chart knows the mode `held`. */
function release({ body, isNew, safety }: Release) {
  const machine = setup({
    types: { context: {} as { result: unknown }, events: {} as { type: 'hold' } },
    actors: { job: effect<unknown, { job: string }>(body) },
    actions: { keep: assign({ result: ({ event }: { event: unknown }) => (event as { output: unknown }).output }) },
  }).createMachine({
    context: { result: null },
    type: 'parallel',
    states: {
      mode: modeOf(isNew),
      work: {
        initial: 'doing',
        states: {
          doing: { invoke: { src: 'job', input: { job: 'it' }, onDone: { target: 'did', actions: 'keep' } } },
          did: {},
        },
      },
      bell: { initial: 'still', states: { still: { after: { 1000: 'rung' } }, rung: {} } },
    },
  })
  return defineAgent({ name: 'job', version: 1, machine, effects: { job: { ...(safety && { safety }) } } })
}

async function scene(safety?: 'never-retry') {
  const work = controlledBody()
  const of = (isNew: boolean) => release({ body: work.body, isNew, ...(safety && { safety }) })
  return { work, ...(await besideEachOther(of)) }
}

describe('WRK-21 a worker whose chart has no place any more for an agent that it owns', () => {
  test('WRK-21 releases it, and a worker that has the chart goes on with its effect, under the same key', async () => {
    const { log, work, next, agent } = await scene()
    const first = obedient(work.last)
    await agent.send({ type: 'hold' })
    await settle()
    expect(first.args.signal.aborted).toBe(true)
    expect(next.takenOver).toMatchObject([{ why: 'released', reason: expect.stringContaining('chart') }])
    expect(work.runs.map(({ args }) => args.key)).toEqual([first.args.key, first.args.key])
    work.last.resolve('done')
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ condition: 'running', context: { result: 'done' } })
    expect((await typesOf(log, 'job-1')).slice(0, 4)).toEqual([
      'refold.started',
      'hold',
      'refold.released',
      'refold.claimed',
    ])
  })

  test('WRK-21 also a parked one: its timer fires in the worker that can, while the old one lives', async () => {
    const { time, work, agent } = await scene()
    work.last.resolve('done')
    await settle()
    await agent.send({ type: 'hold' })
    await time.advance(1_000)
    expect(agent.getSnapshot().value).toEqual({ mode: 'held', work: 'did', bell: 'rung' })
  })

  test('WRK-21 waits for a begun never-retry body, and its outcome is decided by the worker that can', async () => {
    const { time, work, next, agent } = await scene('never-retry')
    await agent.send({ type: 'hold' })
    await time.advance(100)
    expect([work.last.args.signal.aborted, next.takenOver]).toEqual([false, []])
    work.last.resolve('paid')
    await settle()
    expect(work.runs).toHaveLength(1)
    expect(agent.getSnapshot()).toMatchObject({ condition: 'running', context: { result: 'paid' } })
    expect(next.takenOver).toHaveLength(1)
  })
})
