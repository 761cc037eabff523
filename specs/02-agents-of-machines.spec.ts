/** What becomes of a machine's actions, names and questions when it is an agent. */
import type { AnyAgentState } from '@refold/core'
import { describe, expect, test } from 'vitest'
import {
  assign,
  createActor,
  createMachine,
  fromPromise,
  getMicrosteps,
  getNextSnapshot,
  getNextTransitions,
  raise,
  sendTo,
  setup,
  transition,
} from 'xstate'
import type { SnapshotFrom } from 'xstate'
import { play, rejection } from './scenes/play.js'
import { recordsOf, running } from './scenes/running.js'

describe('actions and names', () => {
  test('STEP-6 RCV-9 a custom action runs once, after its record is stored, and not again after a crash', () =>
    play('STEP-6', async (simulation) => {
      const stored: string[] = []
      const machine = createMachine({
        on: {
          go: {
            actions: () => {
              const events = [...simulation.disk.observed.values()].map(({ event }) => event)
              stored.push(events.flatMap(({ stream, type }) => (stream === 'odd-1' ? [type] : [])).join())
            },
          },
        },
      })
      const { a, agent } = await running(simulation, machine)
      await simulation.until(agent.send({ type: 'go' }))
      a.kill()
      await simulation.until(a.start())
      await simulation.until(a.attach('odd', '1'))
      await simulation.advance(60_000)
      expect(stored).toEqual(['refold.started,go'])
    }))

  test('RCV-9 a custom action whose process died between the append and the action does not run', () =>
    play('RCV-9', async (simulation) => {
      let runs = 0
      const { a, agent } = await running(simulation, createMachine({ on: { go: { actions: () => void runs++ } } }))
      simulation.faults.add({ process: 'a', type: 'go', fault: { kind: 'crash', when: 'after' } })
      await simulation.until(rejection(a.perform(() => agent.send({ type: 'go' }))))
      await simulation.until(a.start())
      await simulation.until(a.attach('odd', '1'))
      await simulation.advance(60_000)
      expect(await recordsOf(simulation)).toEqual(['refold.started', 'go'])
      expect(runs).toBe(0)
    }))

  test('STEP-4 one event makes one record, whatever it raises, sends and finishes', () =>
    play('STEP-4', async (simulation) => {
      const child = createMachine({ initial: 'a', states: { a: { on: { end: 'b' } }, b: { type: 'final' } } })
      const machine = setup({ actors: { child } }).createMachine({
        initial: 'a',
        states: {
          a: {
            invoke: { id: 'child', src: 'child', onDone: 'b' },
            on: { go: { actions: [raise({ type: 'more' }), sendTo('child', { type: 'end' })] }, more: {} },
          },
          b: { always: 'c' },
          c: {},
        },
      })
      const { agent } = await running(simulation, machine)
      expect((await simulation.until(agent.send({ type: 'go' }))).value).toBe('c')
      expect(await recordsOf(simulation)).toEqual(['refold.started', 'go'])
    }))

  test('STEP-12 the edges taken are named in order', () =>
    play('STEP-12', async (simulation) => {
      const machine = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { always: 'c' }, c: {} } })
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.send({ type: 'go' }))
      const paths = (await simulation.records('odd-1')).map(
        ({ metadata }) => (metadata as { refold: { body: { path: readonly string[] } } }).refold.body.path,
      )
      expect(paths.at(-1)).toEqual([`${machine.states['a']?.order}.0`, `${machine.states['b']?.order}.0`])
    }))

  test('`ref.send` outside of a step is an input and a record', () =>
    play('ref.send', async (simulation) => {
      const machine = createMachine({
        initial: 'a',
        states: {
          a: { on: { go: { actions: ({ self }) => queueMicrotask(() => self.send({ type: 'later' })) }, later: 'b' } },
          b: {},
        },
      })
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.send({ type: 'go' }))
      await simulation.until(agent.waitFor((state) => state.matches('b')))
      expect((await recordsOf(simulation)).at(-1)).toBe('refold.actor.event')
    }))

  test('STEP-5 actors and effects have the same names in every process: made of the revision and an ordinal', () =>
    play('STEP-5', async (simulation) => {
      const machine = setup({ actors: { work: fromPromise(() => new Promise(() => {})) } }).createMachine({
        initial: 'a',
        states: { a: { on: { go: 'b' } }, b: { invoke: [{ src: 'work' }, { src: 'work' }] } },
      })
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.send({ type: 'go' }))
      expect(agent.getSnapshot().effects.map(({ effect }) => effect)).toEqual(['1.0', '1.1'])
    }))
})

describe('around the machine', () => {
  test('STEP-16 a state becomes a snapshot that the functions of XState take', () =>
    play('STEP-16', async (simulation) => {
      const machine = createMachine({
        id: 'm',
        context: { n: 1 },
        initial: 'on',
        states: {
          on: {
            meta: { colour: 'green' },
            initial: 'a',
            states: {
              a: { on: { next: 'b' } },
              b: { meta: { of: 'b' }, on: { next: 'a' } },
              again: { history: true } as never,
            },
            on: { off: 'off' },
          },
          off: { on: { back: { target: 'on.again', actions: assign({ n: ({ context }) => context.n + 1 }) } } },
        },
      })
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.send({ type: 'next' }))
      expect(agent.getSnapshot().getMeta()).toEqual({ 'm.on': { colour: 'green' }, 'm.on.b': { of: 'b' } })
      await simulation.until(agent.send({ type: 'off' }))
      const state = agent.getSnapshot()
      const snapshot = state.toSnapshot() as SnapshotFrom<typeof machine>
      expect(snapshot).toMatchObject({ value: 'off', context: { n: 1 }, status: 'active' })
      expect(getNextTransitions(snapshot).map(({ eventType }) => eventType)).toEqual(['back'])
      const [next] = transition(machine, snapshot, { type: 'back' })
      expect(next).toMatchObject({ value: { on: 'b' }, context: { n: 2 } })
      expect(getMicrosteps(machine, snapshot, { type: 'back' }).length).toBe(1)
      expect(getNextSnapshot(machine, snapshot, { type: 'back' }).context).toEqual({ n: 2 })
      expect(Object.keys(JSON.parse(JSON.stringify(state)) as object)).not.toContain('toSnapshot')
    }))

  test('the state answers matches, hasTag and can as a snapshot of XState does', () =>
    play('matches', async (simulation) => {
      const machine = createMachine({
        initial: 'a',
        states: { a: { tags: 'busy', initial: 'b', states: { b: { on: { go: 'c' } }, c: {} } } },
      })
      const { agent } = await running(simulation, machine)
      const plain = createActor(machine).start()
      const answers = (state: Pick<AnyAgentState, 'matches' | 'hasTag' | 'can'>): readonly boolean[] => [
        ...(['a', { a: 'b' }, { a: 'c' }, 'c'] as const).map((value) => state.matches(value as never)),
        ...['busy', 'idle'].map((tag) => state.hasTag(tag)),
        ...['go', 'stay'].map((type) => state.can({ type })),
      ]
      expect(answers(agent.getSnapshot())).toEqual(answers(plain.getSnapshot() as never))
      const event = { type: 'go' }
      plain.send(event)
      expect(answers(await simulation.until(agent.send(event)))).toEqual(answers(plain.getSnapshot() as never))
    }))

  test('can is false where a guard throws, and the event is refused', () =>
    play('can', async (simulation) => {
      const guard = (): boolean => {
        throw new Error('no such customer')
      }
      const { agent } = await running(simulation, createMachine({ on: { go: { guard } } }))
      expect(agent.getSnapshot().can({ type: 'go' })).toBe(false)
      expect(await simulation.until(agent.can({ type: 'go' }))).toBe(false)
      expect(await simulation.until(rejection(agent.send({ type: 'go' })))).toMatchObject({ code: 'EVENT_REFUSED' })
    }))

  test('STEP-7 writing to the context at the start is refused, and other agents see nothing of it', () =>
    play('STEP-7', async (simulation) => {
      const push = ({ context }: { context: { notes: string[] } }): object => ({ n: context.notes.push('x') })
      const wrong = createMachine({ context: { notes: [] }, entry: assign(push as never) })
      expect(await simulation.until(rejection(running(simulation, wrong)))).toMatchObject({ code: 'MUTATED' })
    }))

  test('the emit argument of an effect does nothing', () =>
    play('emit', async (simulation) => {
      const machine = setup({
        actors: {
          work: fromPromise(async ({ emit }) => {
            emit({ type: 'told' })
            return 'done'
          }),
        },
      }).createMachine({ initial: 'a', states: { a: { invoke: { src: 'work', onDone: 'b' } }, b: {} } })
      const { agent } = await running(simulation, machine)
      await simulation.until(agent.waitFor((state) => state.matches('b')))
      const bodies = (await simulation.records('odd-1')).map(
        ({ metadata }) => (metadata as { refold: { body: { emit?: unknown } } }).refold.body.emit,
      )
      expect(bodies).toEqual([undefined, undefined])
    }))

  test('when the agent fails its other effects are aborted', () =>
    play('fails', async (simulation) => {
      let aborted = false
      const machine = setup({
        actors: {
          wait: fromPromise(({ signal }) => {
            signal.addEventListener('abort', () => (aborted = true))
            return new Promise(() => {})
          }),
          fail: fromPromise(() => Promise.reject(new Error('declined'))),
        },
      }).createMachine({ invoke: [{ src: 'wait' }, { src: 'fail' }] })
      const { agent } = await running(simulation, machine)
      const state = await simulation.until(agent.waitFor(({ status }) => status === 'error'))
      expect(state).toMatchObject({ error: { message: 'declined' }, effects: [] })
      expect(aborted).toBe(true)
    }))
})
