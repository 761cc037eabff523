/** What a definition may be, and what is refused. */
import { defineAgent, isRefoldError } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { assign, createMachine, fromPromise, setup } from 'xstate'
import { z } from 'zod'
import { play, rejection } from './scenes/play.js'

const machine = setup({
  types: {
    input: {} as { topic: string; words: number },
    context: {} as { topic: string; words: number },
    events: {} as { type: 'approve'; by: string } | { type: 'secret' },
  },
  actors: { draft: fromPromise(async () => 'a draft') },
}).createMachine({
  context: ({ input }) => input,
  initial: 'drafting',
  states: { drafting: { on: { approve: 'done', secret: 'done' } }, done: { type: 'final' } },
})
const config = {
  name: 'research',
  version: 1,
  machine,
  input: z.object({ topic: z.string(), words: z.number().default(100) }),
  events: { approve: z.object({ by: z.string() }) },
}

/** What `defineAgent` throws; types are no hindrance to plain JavaScript. */
function refusal(changes: object): unknown {
  try {
    defineAgent({ ...config, ...changes } as never)
  } catch (error) {
    return error
  }
  throw new Error('it was not refused')
}

describe('definitions', () => {
  test.each([
    ['name', ''],
    ['name', 'with-a-dash'],
    ['name', '1st'],
    ['name', 'refold'],
    ['version', 0],
    ['version', 1.5],
    ['version', '1'],
  ])('DEF-1 %s %j is refused with the path', (path, value) => {
    expect(refusal({ [path]: value })).toMatchObject({ code: 'INVALID_DEFINITION', facts: { path } })
  })

  test.each([
    ['an action', setup({}).createMachine({ entry: 'missing' as never }), 'missing'],
    ['a guard', setup({}).createMachine({ always: { guard: 'missing' as never, actions: [] } }), 'missing'],
    [
      'a delay',
      setup({}).createMachine({ initial: 'a', states: { a: { after: { missing: 'b' } as never }, b: {} } }),
      'missing',
    ],
    ['an actor', createMachine({ invoke: { src: 'missing' } }), 'missing'],
  ])('DEF-3 %s that no one implements is refused by its name', (_what, incomplete, name) => {
    const error = refusal({ machine: incomplete, input: undefined, events: undefined })
    expect(error).toMatchObject({ code: 'INVALID_DEFINITION' })
    expect(String(error)).toContain(name)
  })

  test('DEF-4 a policy for an effect that the machine does not have is refused', () => {
    expect(refusal({ effects: { daft: {} } })).toMatchObject({
      code: 'INVALID_DEFINITION',
      facts: { path: 'effects.daft' },
    })
  })

  test('DEF-5 never-retry with more than one attempt is refused', () => {
    expect(refusal({ effects: { draft: { safety: 'never-retry', retry: { attempts: 2 } } } })).toMatchObject({
      code: 'INVALID_DEFINITION',
    })
  })

  test('DEF-6 the fingerprint changes when a state, an edge, an effect source or a schema changes, and only then', () =>
    play('DEF-6', async (simulation) => {
      const base = () => setup({ actors: { draft: fromPromise(async () => 'a draft') } })
      const variants: Readonly<Record<string, readonly [machine: unknown, more: object]>> = {
        same: [machineOf({ on: { go: 'b' } }), {}],
        again: [machineOf({ on: { go: 'b' } }), {}],
        state: [machineOf({ on: { go: 'b' } }, { c: {} }), {}],
        edge: [machineOf({ on: { go: 'b', back: 'b' } }), {}],
        source: [
          base().createMachine({ initial: 'a', states: { a: { on: { go: 'b' }, invoke: { src: 'draft' } }, b: {} } }),
          {},
        ],
        schema: [machineOf({ on: { go: 'b' } }), { events: { go: z.object({}) } }],
      }
      const prints: Record<string, unknown> = {}
      for (const [name, [variant, more]] of Object.entries(variants)) {
        const process = simulation.process(name, {
          agents: () => [defineAgent({ name: `agent_${name}`, version: 1, machine: variant, ...more } as never)],
        })
        await simulation.until(process.start())
        await simulation.until(process.startAgent(`agent_${name}`, { id: '1' }))
        for (const { metadata } of (await simulation.records(`agent_${name}-1`)).slice(0, 1)) {
          prints[name] = (metadata as { refold: { fingerprint: unknown } }).refold.fingerprint
        }
      }
      expect(prints['again']).toBe(prints['same'])
      expect(new Set(Object.values(prints)).size).toBe(Object.keys(variants).length - 1)
    }))

  test('DEF-7 input that fails its schema is refused, and defaults stand in the first record', () =>
    play('DEF-7', async (simulation) => {
      const process = simulation.process('a', { agents: () => [defineAgent(config as never)] })
      await simulation.until(process.start())
      const error = await simulation.until(rejection(process.startAgent('research', { id: '1', input: { topic: 7 } })))
      expect(error).toMatchObject({ code: 'INVALID_INPUT', facts: { issues: [{ path: ['topic'] }] } })
      await simulation.until(process.startAgent('research', { id: '1', input: { topic: 'whales' } }))
      expect((await simulation.records('research-1'))[0]?.data).toEqual({ input: { topic: 'whales', words: 100 } })
    }))

  test.each([
    ['that fails its schema', { type: 'approve', by: 7 }],
    ['that the definition keeps inside', { type: 'secret' }],
    ["of XState's own", { type: 'xstate.done.actor.draft', output: 'mine' }],
  ])('DEF-8 an event %s is refused', (_what, event) =>
    play('DEF-8', async (simulation) => {
      const process = simulation.process('a', { agents: () => [defineAgent(config as never)] })
      await simulation.until(process.start())
      const agent = await simulation.until(process.startAgent('research', { id: '1', input: { topic: 'whales' } }))
      const error = await simulation.until(rejection(agent.send(event)))
      expect(isRefoldError(error, 'INVALID_EVENT'), String(error)).toBe(true)
      expect(await simulation.records('research-1')).toHaveLength(1)
    }),
  )

  test('DEF-9 the context that stands in the definition is neither frozen nor changed', () =>
    play('DEF-9', async (simulation) => {
      const context = { list: [{ text: 'mine' }] }
      const literal = setup({ types: { context: {} as typeof context, events: {} as { type: 'add' } } }).createMachine({
        context,
        on: { add: { actions: assign({ list: ({ context: now }) => [...now.list, { text: 'added' }] }) } },
      })
      const process = simulation.process('a', {
        agents: () => [defineAgent({ name: 'list', version: 1, machine: literal })],
      })
      await simulation.until(process.start())
      const agent = await simulation.until(process.startAgent('list', { id: '1' }))
      await simulation.until(agent.send({ type: 'add' }))
      expect(agent.getSnapshot().context.list).toHaveLength(2)
      context.list.push({ text: 'mine too' })
      expect(context).toEqual({ list: [{ text: 'mine' }, { text: 'mine too' }] })
      expect(agent.getSnapshot().context.list).toHaveLength(2)
    }))
})

function machineOf(a: object, more: object = {}) {
  return setup({}).createMachine({ initial: 'a', states: { a, b: {}, ...more } })
}
