/** What befalls an agent whose chart threw on an outcome. */
import { defineAgent, effect } from '@refold/core'
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { workFor } from './job.fixture.js'
import type { WorkInput } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'

/** What a deploy repairs. */
interface Bug {
  there: boolean
}

/** Two pieces of work side by side; taking the result of the first throws while the bug is there. */
function pair(effects: ProcessEffects, bug: Bug) {
  const draft = effect(effects.body<WorkInput, unknown>('draft', workFor(1_000)))
  const slow = effect(effects.body<WorkInput, unknown>('slow', workFor(8_000)))
  const input =
    (visit: number) =>
    ({ context }: { context: { agent: string } }): WorkInput => ({ agent: context.agent, visit })
  const machine = setup({
    types: {
      input: {} as { agent: string },
      context: {} as { agent: string; taken: string[] },
      events: {} as { type: 'note' },
    },
    actors: { draft, slow },
  }).createMachine({
    context: ({ input }) => ({ agent: input.agent, taken: [] }),
    type: 'parallel',
    on: { note: { actions: assign({ taken: ({ context }) => [...context.taken, 'note'] }) } },
    states: {
      first: {
        initial: 'on',
        states: {
          on: {
            invoke: {
              src: 'draft',
              input: input(1),
              onDone: { target: 'off', actions: assign({ taken: ({ context }) => take(bug, context.taken) }) },
            },
          },
          off: { type: 'final' },
        },
      },
      second: {
        initial: 'on',
        states: {
          on: {
            invoke: {
              src: 'slow',
              input: input(2),
              onDone: { target: 'off', actions: assign({ taken: ({ context }) => [...context.taken, 'slow'] }) },
            },
          },
          off: { type: 'final' },
        },
      },
    },
  })
  return defineAgent({ name: 'pair', version: 1, machine })
}

function take(bug: Bug, taken: string[]): string[] {
  if (bug.there) throw new Error('the bug')
  return [...taken, 'draft']
}

async function blocked(simulation: Simulation, bug: Bug) {
  const agents = (effects: ProcessEffects) => [pair(effects, bug)]
  const a = simulation.process('a', { agents, machine: 'one' })
  const b = simulation.process('b', { agents, machine: 'one' })
  await simulation.until(Promise.all([a.start(), b.start()]))
  const here = await simulation.until(a.startAgent('pair', { id: '1', input: { agent: '1' } }))
  await simulation.until(here.waitFor((state) => state.condition === 'blocked'))
  const there = await simulation.until(b.attach('pair', '1'))
  return { a, b, here, there }
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('I18 retry meets a blocked agent: the same bug blocks it still, a repaired chart takes what was paid for', () =>
    play({ seed: 'I18a', backing }, async (simulation) => {
      const bug: Bug = { there: true }
      const { here } = await blocked(simulation, bug)
      expect(await simulation.until(here.retry().catch((error: unknown) => error))).toMatchObject({ code: 'BLOCKED' })
      bug.there = false
      await simulation.until(here.retry({ by: 'ana' }))
      await simulation.until(here.done())
      expect(here.getSnapshot().context.taken).toEqual(['draft', 'slow'])
      expect(simulation.effects.began()).toHaveLength(2)
      return { codeChanges: true }
    }))

  test('I18 claim meets a blocked agent: its other effect is done elsewhere, its outcome waits in line, retry decides all in order', () =>
    play({ seed: 'I18b', backing }, async (simulation) => {
      const bug: Bug = { there: true }
      const { a, there } = await blocked(simulation, bug)
      a.kill()
      await simulation.when(() => simulation.effects.began({ process: 'b', src: 'slow' }).length === 1)
      await simulation.until(there.send({ type: 'note' }, { whenBlocked: 'keep' }))
      await simulation.advance(20_000)
      expect(there.getSnapshot().condition).toBe('blocked')
      expect(there.getSnapshot().context.taken).toEqual([])
      bug.there = false
      await simulation.until(there.retry())
      await simulation.until(there.done())
      expect(there.getSnapshot().context.taken).toEqual(['draft', 'note', 'slow'])
      expect(simulation.effects.began({ src: 'draft' })).toHaveLength(1)
      return { codeChanges: true }
    }))

  test('I18 cancel meets a blocked agent: it is stopped, and its running effect with it', () =>
    play({ seed: 'I18c', backing }, async (simulation) => {
      const { here, a } = await blocked(simulation, { there: true })
      await simulation.until(here.cancel({ by: 'ana' }))
      expect(here.getSnapshot().status).toBe('stopped')
      await simulation.advance(20_000)
      a.kill()
      await simulation.until(a.start())
      await simulation.advance(60_000)
      expect(simulation.effects.began({ src: 'slow' })).toHaveLength(1)
      const again = await simulation.until(a.attach('pair', '1'))
      expect(again.getSnapshot().status).toBe('stopped')
    }))
})
