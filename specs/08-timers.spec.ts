/** Timers that survive. */
import { defineAgent } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { describe, expect, test } from 'vitest'
import { assign, cancel, raise, setup } from 'xstate'
import { play } from './scenes/play.js'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const machine = setup({
  types: {
    context: {} as { fired: string[] },
    events: {} as
      | { type: 'set' }
      | { type: 'twice' }
      | { type: 'cancel' }
      | { type: 'leave' }
      | { type: 'fire'; name: string },
  },
}).createMachine({
  context: { fired: [] },
  initial: 'waiting',
  on: { fire: { actions: assign({ fired: ({ context, event }) => [...context.fired, event.name] }) } },
  states: {
    waiting: {
      after: { [40 * DAY_MS]: 'late' },
      on: {
        set: {
          actions: [
            raise({ type: 'fire', name: 'b' }, { delay: 2 * MINUTE_MS, id: 'b' }),
            raise({ type: 'fire', name: 'a' }, { delay: MINUTE_MS, id: 'a' }),
            raise({ type: 'fire', name: 'a too' }, { delay: MINUTE_MS, id: 'c' }),
          ],
        },
        twice: {
          actions: [
            raise({ type: 'fire', name: 'first' }, { delay: MINUTE_MS, id: 'same' }),
            raise({ type: 'fire', name: 'second' }, { delay: 2 * MINUTE_MS, id: 'same' }),
          ],
        },
        cancel: { actions: [cancel('same'), cancel('b')] },
        leave: 'left',
      },
    },
    late: {},
    left: {},
  },
})
const clock = defineAgent({ name: 'clock', version: 1, machine })

interface Ticking {
  readonly a: SimulatedProcess
  readonly agent: AnyAgent
  readonly attach: () => Promise<AnyAgent>
}

async function ticking(simulation: Simulation): Promise<Ticking> {
  const a = simulation.process('a', { agents: () => [clock] })
  await simulation.until(a.start())
  const agent = await simulation.until(a.startAgent('clock', { id: '1' }))
  return { a, agent, attach: () => simulation.until(a.attach('clock', '1')) }
}

function fired(agent: AnyAgent): readonly string[] {
  return agent.getSnapshot().context.fired
}

async function firedRecords(
  simulation: Simulation,
): Promise<readonly { readonly timer: string; readonly lateMs: number }[]> {
  const records = await simulation.records('clock-1')
  return records
    .filter(({ type }) => type === 'refold.timer.fired')
    .map(({ data }) => data as { timer: string; lateMs: number })
}

describe('timers', () => {
  test('TIM-1 a timer fires once, when its delay has passed and not before', () =>
    play('TIM-1', async (simulation) => {
      const { agent } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'set' }))
      await simulation.advance(MINUTE_MS - 100)
      expect(fired(agent)).toEqual([])
      await simulation.advance(200)
      expect(fired(agent)).toEqual(['a', 'a too'])
      await simulation.advance(DAY_MS)
      expect(fired(agent)).toEqual(['a', 'a too', 'b'])
    }))

  test('TIM-1 the due time stands in the state, counted from the time of the record', () =>
    play('TIM-1 due', async (simulation) => {
      const { agent } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'set' }))
      const headers = (await simulation.records('clock-1')).map(
        ({ metadata }) => (metadata as { refold: { at: number; nextDueAt: number } }).refold,
      )
      expect(headers.at(-1)?.nextDueAt).toBe((headers.at(-1)?.at ?? 0) + MINUTE_MS)
    }))

  test('TIM-2 a timer is re-armed after a crash and fires in time', () =>
    play('TIM-2', async (simulation) => {
      const { a, agent, attach } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'set' }))
      a.kill()
      await simulation.advance(30_000)
      await simulation.until(a.start())
      await simulation.advance(25_000)
      const again = await attach()
      expect(fired(again)).toEqual([])
      await simulation.advance(10_000)
      expect(fired(again)).toEqual(['a', 'a too'])
    }))

  test('TIM-3 overdue timers fire in the order of due time, then of id, and the records say how late', () =>
    play('TIM-3', async (simulation) => {
      const { a, agent, attach } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'set' }))
      a.kill()
      await simulation.advance(DAY_MS)
      await simulation.until(a.start())
      await simulation.advance(MINUTE_MS)
      expect(fired(await attach())).toEqual(['a', 'a too', 'b'])
      const late = (await firedRecords(simulation)).map(({ lateMs }) => lateMs)
      expect(late[0]).toBeGreaterThanOrEqual(DAY_MS - MINUTE_MS - 1_000)
      expect(late[2]).toBeGreaterThanOrEqual(DAY_MS - 2 * MINUTE_MS - 1_000)
    }))

  test('TIM-4 cancelling removes a timer, after a crash too', () =>
    play('TIM-4', async (simulation) => {
      const { a, agent, attach } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'set' }))
      a.kill()
      await simulation.until(a.start())
      const again = await attach()
      await simulation.until(again.send({ type: 'cancel' }))
      await simulation.advance(DAY_MS)
      expect(fired(again)).toEqual(['a', 'a too'])
    }))

  test('TIM-4 leaving a state removes its timer', () =>
    play('TIM-4 left', async (simulation) => {
      const { a, agent, attach } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'leave' }))
      a.kill()
      await simulation.advance(50 * DAY_MS)
      await simulation.until(a.start())
      await simulation.advance(MINUTE_MS)
      expect((await attach()).getSnapshot().value).toBe('left')
      expect(await firedRecords(simulation)).toEqual([])
    }))

  test('TIM-5 two timers under one id both fire', () =>
    play('TIM-5', async (simulation) => {
      const { agent } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'twice' }))
      await simulation.advance(DAY_MS)
      expect(fired(agent)).toEqual(['first', 'second'])
    }))

  test('TIM-5 cancelling an id that was used twice hits the last', () =>
    play('TIM-5 cancel', async (simulation) => {
      const { agent } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'twice' }))
      await simulation.until(agent.send({ type: 'cancel' }))
      await simulation.advance(DAY_MS)
      expect(fired(agent)).toEqual(['first'])
    }))

  test('TIM-6 a delay beyond 2³¹−1 milliseconds is waited for in full', () =>
    play('TIM-6', async (simulation) => {
      const { a, agent, attach } = await ticking(simulation)
      await simulation.advance(MINUTE_MS)
      expect(agent.getSnapshot().value).toBe('waiting')
      a.kill()
      await simulation.advance(39 * DAY_MS)
      await simulation.until(a.start())
      await simulation.advance(MINUTE_MS)
      expect((await attach()).getSnapshot().value).toBe('waiting')
      a.kill()
      await simulation.advance(DAY_MS)
      await simulation.until(a.start())
      await simulation.advance(MINUTE_MS)
      expect((await attach()).getSnapshot().value).toBe('late')
    }))

  test('TIM-7 the timers of a paused agent wait until it is resumed', () =>
    play('TIM-7', async (simulation) => {
      const { agent } = await ticking(simulation)
      await simulation.until(agent.send({ type: 'set' }))
      await simulation.until(agent.pause())
      await simulation.advance(DAY_MS)
      expect(fired(agent)).toEqual([])
      await simulation.until(agent.resume())
      await simulation.advance(MINUTE_MS)
      expect(fired(agent)).toEqual(['a', 'a too', 'b'])
    }))
})
