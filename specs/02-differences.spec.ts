/** Where Refold differs from XState on purpose: what a value may be, and what is refused. */
import type { RefoldError } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { assign, createMachine, fromPromise, raise, sendTo, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { play, rejection } from './scenes/play.js'
import { recordsOf, running } from './scenes/running.js'

/** A machine whose `go` sets the context's `value`. */
function setting(value: () => unknown): AnyStateMachine {
  return createMachine({ context: { value: null }, on: { go: { actions: assign({ value }) } } } as never)
}

interface Shelf {
  readonly items: readonly { readonly id: string }[]
  readonly selected: { readonly id: string } | undefined
  readonly byObject: boolean | null
  readonly byId: boolean | null
}

describe('values', () => {
  test.each([
    ['the context', assign(({ context }: { context: { n: number; list: number[] } }) => ({ n: context.list.push(1) }))],
    ['the event', assign(({ event }: { event: { list?: number[] } }) => ({ n: event.list?.push(1) }))],
  ])('STEP-7 writing to %s is refused, and nothing changes', (_what, actions) =>
    play('STEP-7', async (simulation) => {
      const { agent } = await running(
        simulation,
        createMachine({ context: { n: 0, list: [0] }, on: { go: { actions } } } as never),
      )
      expect(await simulation.until(rejection(agent.send({ type: 'go', list: [0] })))).toMatchObject({
        code: 'MUTATED',
      })
      expect(agent.getSnapshot().context).toEqual({ n: 0, list: [0] })
      expect(await recordsOf(simulation)).toEqual(['refold.started'])
    }),
  )

  test.each([
    ['a Date', () => new Date(0), ''],
    ['a Map', () => ({ deep: [new Map()] }), '/deep/0'],
    ['a BigInt', () => 1n, ''],
    ['NaN', () => [0, Number.NaN], '/1'],
    ['a function', () => () => {}, ''],
    ['an instance of a class', () => new URL('https://example.org'), ''],
    ['a reserved key', () => JSON.parse('{"__proto__": 1}') as unknown, '/__proto__'],
    ['a cycle', cycle, ''],
  ])('STEP-8 REC-6 %s in the context is refused with its path', (_what, value, path) =>
    play('STEP-8', async (simulation) => {
      const { agent } = await running(simulation, setting(value))
      const error = await simulation.until(rejection(agent.send({ type: 'go' })))
      expect(error).toMatchObject({ code: 'NOT_SERIALIZABLE' })
      expect((error as { facts: { path: string } }).facts.path).toContain(`/value${path}`)
      expect(await recordsOf(simulation)).toEqual(['refold.started'])
    }),
  )

  test('undefined members are dropped before the chart sees the value again', () =>
    play('undefined', async (simulation) => {
      const machine = createMachine({
        context: { value: {}, keys: null },
        on: {
          go: { actions: assign({ value: () => ({ here: 1, gone: undefined }) }) },
          look: { actions: assign({ keys: ({ context }) => Object.keys((context as { value: object }).value) }) },
        },
      } as never)
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.send({ type: 'go' }))
      await simulation.until(agent.send({ type: 'look' }))
      expect(agent.getSnapshot().context.keys).toEqual(['here'])
    }))

  test('holes of arrays become null, and -0 becomes 0, before the chart sees the value again', () =>
    play('holes', async (simulation) => {
      const holes: number[] = [-0]
      holes[2] = 1
      const { agent } = await running(
        simulation,
        setting(() => holes),
      )
      const { context } = await simulation.until(agent.send({ type: 'go' }))
      expect(context.value).toEqual([0, null, 1])
      expect(Object.is((context.value as number[])[0], 0)).toBe(true)
    }))

  test('errors are data with name, message, code, cause and members, in a guard too', () =>
    play('errors', async (simulation) => {
      class BusyError extends Error {
        override readonly name = 'BusyError'
        readonly code = 'E_BUSY'
        readonly statusCode = 429
      }
      const machine = setup({
        types: { context: {} as { error: unknown; isInstance: boolean } },
        actors: { fail: fromPromise(() => Promise.reject(new BusyError('busy', { cause: new Error('below') }))) },
      }).createMachine({
        context: { error: null, isInstance: true },
        invoke: {
          src: 'fail',
          onError: {
            actions: assign({
              error: ({ event }) => event.error,
              isInstance: ({ event }) => event.error instanceof Error,
            }),
          },
        },
      })
      const { agent } = await running(simulation, machine)
      const { context } = await simulation.until(agent.waitFor((state) => state.context.error !== null))
      expect(context).toEqual({
        error: {
          name: 'BusyError',
          message: 'busy',
          code: 'E_BUSY',
          cause: { name: 'Error', message: 'below' },
          statusCode: 429,
        },
        isInstance: false,
      })
    }))

  test.each([
    ['lives on', (): Promise<void> => Promise.resolve()],
    [
      'was killed and folded',
      async (a: SimulatedProcess, simulation: Simulation): Promise<void> => {
        a.kill()
        await simulation.until(a.start())
      },
    ],
  ])(
    'STEP-13 an object of the context that is put into a second place is another one there: the agent %s',
    (_, between) =>
      play('STEP-13', async (simulation) => {
        const machine = setup({ types: { context: {} as Shelf } }).createMachine({
          context: { items: [{ id: 'a' }, { id: 'b' }], selected: undefined, byObject: null, byId: null },
          on: {
            go: { actions: assign({ selected: ({ context }) => context.items[1] }) },
            look: {
              actions: assign({
                byObject: ({ context: { items, selected } }) => items.some((item) => item === selected),
                byId: ({ context: { items, selected } }) => items.some(({ id }) => id === selected?.id),
              }),
            },
          },
        })
        const { a, agent } = await running(simulation, machine)
        await simulation.until(agent.send({ type: 'go' }))
        await between(a, simulation)
        const found = await simulation.until(a.attach('odd', '1'))
        const { context } = await simulation.until(found.send({ type: 'look' }))
        expect(context).toMatchObject({ selected: { id: 'b' }, byObject: false, byId: true })
      }),
  )

  test('STEP-11 user data that looks like a reference to an actor stays data', () =>
    play('STEP-11', async (simulation) => {
      const looks = { xstate$$type: 1, id: 'child', $ref: '0.0', $refold: 'ref' }
      const { a, agent } = await running(
        simulation,
        setting(() => looks),
      )
      await simulation.until(agent.send({ type: 'go' }))
      a.kill()
      await simulation.until(a.start())
      expect((await simulation.until(a.attach('odd', '1'))).getSnapshot().context.value).toEqual(looks)
    }))
})

describe('refusals', () => {
  test('STEP-10 a throw on an outside event is refused to the caller, and the agent goes on', () =>
    play('STEP-10', async (simulation) => {
      const { agent } = await running(simulation, setting(fail))
      expect(await simulation.until(rejection(agent.send({ type: 'go' })))).toMatchObject({
        code: 'EVENT_REFUSED',
        cause: { message: 'the chart is wrong' },
      })
      expect(agent.getSnapshot()).toMatchObject({ status: 'active', context: { value: null } })
    }))

  test('a throw on an outcome blocks the agent, and the outcome is stored', () =>
    play('blocked', async (simulation) => {
      const machine = setup({ actors: { work: fromPromise(async () => 'paid') } }).createMachine({
        context: {},
        invoke: { src: 'work', onDone: { actions: assign(fail) } },
      })
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.waitFor((state) => state.condition === 'blocked'))
      expect((await simulation.records('odd-1')).at(-1)).toMatchObject({
        type: 'refold.effect.done',
        data: { output: 'paid' },
      })
      expect(agent.getSnapshot().status).toBe('active')
    }))

  test('an event that the root does not take is refused, and one inside the tree is ignored', () =>
    play('ignored', async (simulation) => {
      const child = createMachine({})
      const machine = setup({ actors: { child } }).createMachine({
        invoke: { id: 'child', src: 'child' },
        on: { go: { actions: [sendTo('child', { type: 'ignoresOutcome' }), raise({ type: 'ignoresOutcome' })] } },
      })
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.send({ type: 'go' }))
      expect(await simulation.until(rejection(agent.send({ type: 'ignoresOutcome' })))).toMatchObject({
        code: 'EVENT_NOT_ACCEPTED',
      })
      expect(await recordsOf(simulation)).toEqual(['refold.started', 'go'])
    }))

  test.each([
    [
      'eventless',
      createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { always: 'c' }, c: { always: 'b' } } }),
    ],
    ['raised', createMachine({ initial: 'a', states: { a: { on: { go: { actions: raise({ type: 'go' }) } } } } })],
  ])('STEP-9 %s transitions without end are refused', (_what, machine) =>
    play('STEP-9', async (simulation) => {
      const { agent } = await running(simulation, machine)
      expect(await simulation.until(rejection(agent.send({ type: 'go' })))).toMatchObject({ code: 'LOOPS_FOREVER' })
      expect(await recordsOf(simulation)).toEqual(['refold.started'])
    }),
  )

  test.each(['xstate.route', 'xstate.init', 'xstate.done.actor.child'])(
    "XState's own event %s never comes from outside",
    (type) =>
      play('own events', async (simulation) => {
        const { agent } = await running(simulation, createMachine({ on: { '*': {} } }))
        expect(await simulation.until(rejection(agent.send({ type })))).toMatchObject({ code: 'INVALID_EVENT' })
      }),
  )

  test.each(['$all', '$x', 'refold.x'])('DEF-8 an event of type %s never comes from outside', (type) =>
    play('reserved', async (simulation) => {
      const { agent } = await running(simulation, createMachine({ on: { '*': {} } }))
      expect(await simulation.until(rejection(agent.send({ type })))).toMatchObject({ code: 'INVALID_EVENT' })
    }),
  )

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('STEP-8 a computed delay of %s is refused', (delay) =>
    play('delay', async (simulation) => {
      const machine = createMachine({ on: { go: { actions: raise({ type: 'late' }, { delay: () => delay }) } } })
      const { agent } = await running(simulation, machine)
      expect(await simulation.until(rejection(agent.send({ type: 'go' })))).toMatchObject({
        code: 'NOT_SERIALIZABLE',
        facts: { path: '/timers/1.t0/due' },
      })
      expect(await recordsOf(simulation)).toEqual(['refold.started'])
    }),
  )

  test.each([
    ['NOT_SERIALIZABLE', () => ({ value: new Date(0) }), '/children/kid/context/value'],
    ['MUTATED', ({ context }: { context: { list: number[] } }) => ({ value: context.list.push(1) }), undefined],
  ])('STEP-17 a refusal with %s in a child says whose it is', (code, change, path) =>
    play('STEP-17', async (simulation) => {
      const kid = createMachine({
        context: { value: null, list: [0] },
        on: { go: { actions: assign(change as never) } },
      })
      const machine = setup({ actors: { kid } }).createMachine({
        invoke: { id: 'kid', src: 'kid' },
        on: { go: { actions: sendTo('kid', { type: 'go' }) } },
      } as never)
      const { agent } = await running(simulation, machine as never)
      const error = (await simulation.until(rejection(agent.send({ type: 'go' })))) as RefoldError
      expect(error).toMatchObject({ code, message: expect.stringMatching(/^in the child "kid": /) })
      expect(error.facts['path']).toBe(path)
    }),
  )

  test('DEF-2 logic that is spawned inline, without a name, is refused', () =>
    play('DEF-2', async (simulation) => {
      const machine = createMachine({
        context: { ref: null },
        on: { go: { actions: assign({ ref: ({ spawn }) => spawn(fromPromise(async () => 1)) }) } },
      } as never)
      const { agent } = await running(simulation, machine)
      expect(await simulation.until(rejection(agent.send({ type: 'go' })))).toMatchObject({ code: 'NOT_RESTORABLE' })
      expect(await recordsOf(simulation)).toEqual(['refold.started'])
    }))
})

function fail(): never {
  throw new TypeError('the chart is wrong')
}

function cycle(): unknown {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}
