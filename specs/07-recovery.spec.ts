/** What a crash changes: nothing. */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '@refold/core'
import type { Simulation } from '@refold/testing'
import { play, rejection } from './scenes/play.js'
import { begin, task, types, until, workerOf, workFor } from './scenes/task.js'

/** Plays the same script, with a crash at the nth append of the process, and gives what became of the agent. */
async function script(
  simulation: Simulation,
  crash: { readonly nth: number; readonly when: 'before' | 'after' } | undefined,
): Promise<object> {
  const a = await workerOf(simulation, 'a', { run: workFor(100) })
  if (crash !== undefined)
    simulation.faults.add({ process: 'a', nth: crash.nth, fault: { kind: 'crash', when: crash.when } })
  await persist(
    simulation,
    () => a,
    (process) => process.startAgent('task', { id: '1' }),
  )
  for (const [index, event] of [{ type: 'note', text: 'x' }, { type: 'again' }, { type: 'end' }].entries()) {
    await persist(
      simulation,
      () => a,
      async (process) => {
        const agent = await process.attach('task', '1')
        if (event.type !== 'note') await agent.waitFor((state) => state.value !== 'working')
        return agent.send(event, { id: String(index) })
      },
    )
  }
  const agent = await simulation.until(a.attach('task', '1'))
  const { status, value, context } = agent.getSnapshot()
  return {
    status,
    value,
    context,
    types: (await types(simulation)).filter((type) => !['refold.claimed', 'refold.effect.started'].includes(type)),
  }
}

type Worker = Awaited<ReturnType<typeof workerOf>>

/** Does it again in the next life of the process when the process dies on the way. */
async function persist(
  simulation: Simulation,
  process: () => Worker,
  act: (process: Worker) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const worker = process()
    if (worker.state === 'down') await simulation.until(worker.start())
    try {
      await simulation.until(act(worker))
      return
    } catch (error) {
      if (worker.state !== 'down') throw error
    }
  }
}

describe('recovery', () => {
  test('RCV-1 a crash before or after any append leads to the same end', async () => {
    let expected: object = {}
    await play('RCV-1', async (simulation) => {
      expected = await script(simulation, undefined)
    })
    expect(expected).toMatchObject({ status: 'done', context: { visit: 2, list: ['a', 'x'], result: 'done' } })
    for (let nth = 1; nth <= 6; nth++) {
      for (const when of ['before', 'after'] as const) {
        await play(`RCV-1 ${when} ${nth}`, async (simulation) => {
          const ended = await script(simulation, { nth, when })
          expect(sorted(ended), 'but for the order of the note and the outcome').toEqual(sorted(expected))
        })
      }
    }
  })

  test('RCV-4 a recovered agent performs what is pending without being asked', () =>
    play('RCV-4', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000) })
      await begin(simulation, a)
      await simulation.advance(1_000)
      a.kill()
      await simulation.until(a.start())
      await simulation.advance(30_000)
      expect((await types(simulation)).at(-1)).toBe('refold.effect.done')
    }))

  test('RCV-5 a transition that throws on an outcome blocks the agent, and a retry decides the stored outcome', () =>
    play('RCV-5', async (simulation) => {
      const fix = { deployed: false }
      const onResult = (): void => {
        if (!fix.deployed) throw new TypeError('the chart is wrong')
      }
      const a = await workerOf(simulation, 'a', { onResult })
      const agent = await begin(simulation, a)
      const blocked = await simulation.until(agent.waitFor((state) => state.condition === 'blocked'))
      expect(blocked.blocked?.error).toMatchObject({ cause: { message: 'the chart is wrong' } })
      expect(await simulation.until(rejection(agent.retry()))).toMatchObject({ code: 'BLOCKED' })
      fix.deployed = true
      await simulation.until(agent.retry())
      expect(agent.getSnapshot()).toMatchObject({ value: 'resting', condition: 'running', context: { result: 'done' } })
      expect(simulation.effects.began()).toHaveLength(1)
    }))

  test('RCV-6 what a blocked agent cannot decide waits, in order', () =>
    play('RCV-6', async (simulation) => {
      const fix = { deployed: false }
      const onResult = (): void => {
        if (!fix.deployed) throw new TypeError('the chart is wrong')
      }
      const a = await workerOf(simulation, 'a', { onResult })
      const agent = await begin(simulation, a)
      await simulation.until(agent.waitFor((state) => state.condition === 'blocked'))
      for (const text of ['1', '2', '3'])
        await simulation.until(agent.send({ type: 'note', text }, { whenBlocked: 'keep' }))
      expect(agent.getSnapshot().context.list).toEqual(['a'])
      fix.deployed = true
      await simulation.until(agent.retry())
      await simulation.until(agent.waitFor((state) => state.context.list.length === 4))
      expect(agent.getSnapshot().context).toMatchObject({ result: 'done', list: ['a', '1', '2', '3'] })
    }))

  test('RCV-7 an agent of a version that is not registered here is reported and not touched', () =>
    play('RCV-7', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000) })
      await begin(simulation, a)
      await simulation.advance(1_000)
      a.kill()
      const b = simulation.process('b', { agents: (effects) => [task(effects, { version: 2 })] })
      await simulation.until(b.start())
      await simulation.advance(120_000)
      expect(b.reports.map(({ code }) => code)).toContain('NEEDS_MIGRATION')
      expect(await types(simulation)).toEqual(['refold.started'])
    }))

  test('RCV-8 an agent that cannot be read is reported and stops no other', () =>
    play('RCV-8', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000) })
      for (const id of ['1', '2']) await simulation.until(a.startAgent('task', { id }))
      await simulation.advance(1_000)
      a.kill()
      await breakStream(simulation, 'task-1')
      await simulation.until(a.start())
      const healthy = await simulation.until(a.attach('task', '2'))
      await until(simulation, healthy, 'resting')
      expect(a.reports).toEqual(
        expect.arrayContaining([expect.objectContaining({ code: 'UNREADABLE', agent: { name: 'task', id: '1' } })]),
      )
    }))
})

function sorted(end: object): object {
  const { types: order, ...rest } = end as { readonly types: readonly string[] }
  return { ...rest, types: order.toSorted() }
}

/** Appends a record of ours whose patch fits nothing. */
async function breakStream(simulation: Simulation, stream: string): Promise<void> {
  const [first] = await simulation.records(stream)
  if (first === undefined) throw new Error(`${stream} has no record`)
  const { refold } = first.metadata as { readonly refold: JsonObject }
  const metadata = { refold: { ...refold, body: { patch: [{ op: 'remove', path: '/state/nowhere/at/all' }] } } }
  const store = await simulation.disk.admin()
  const record = { id: '00000000-0000-4000-8000-000000000000', type: 'broken', data: {}, metadata }
  await store.append(stream, [record], { expected: first.revision })
}
