/** What only an order, or an end, tells apart: an agent that is hydrated before every event, beside XState itself. */
import { describe, expect, it } from 'vitest'
import { assign, cancel, createActor, createMachine, raise, sendTo, setup, SimulatedClock } from 'xstate'
import type { AnyActorRef, AnyStateMachine } from 'xstate'
import { started } from './tree-driver.fixture.js'

interface Scope {
  readonly context: { readonly trail: readonly string[] }
  readonly event: { readonly type: string }
}

const note = (text: string): never => assign(({ context }: Scope) => ({ trail: [...context.trail, text] })) as never

/** The trail that the events leave, in an agent and in XState. */
function trails(machine: unknown, events: readonly string[]): { readonly agent: unknown; readonly xstate: unknown } {
  const agent = started(machine)
  const plain = createActor(machine as AnyStateMachine).start()
  for (const type of events) {
    agent.send(type)
    plain.send({ type })
  }
  return { agent: agent.context['trail'], xstate: (plain.getSnapshot().context as Scope['context']).trail }
}

describe('STEP-3 a hydrated agent goes on as XState does', () => {
  it('with active states in the order in which they were entered', () => {
    const always = (name: string): object => ({
      guard: ({ context }: Scope) => context.trail.includes('fired'),
      target: 'c',
      actions: note(name),
    })
    const region = (name: string): object => ({
      initial: 'a',
      states: { a: { on: { [`move ${name}`]: 'b' }, always: always(name) }, b: { always: always(name) }, c: {} },
    })
    const machine = createMachine({
      context: { trail: [] },
      type: 'parallel',
      states: { one: region('one'), two: region('two'), three: region('three') },
      on: { fire: { actions: note('fired') } },
    } as never)
    const { agent, xstate } = trails(machine, ['move one', 'fire'])
    expect(agent).toEqual(xstate)
    expect(agent).toEqual(['fired', 'two', 'three', 'one'])
  })

  it('with a child that ends while events wait in its mailbox: they are gone, and it ends once', () => {
    const toSelf = (type: string): never => sendTo(({ self }: { self: AnyActorRef }) => self, { type }) as never
    const child = createMachine({
      context: { trail: [] },
      initial: 'on',
      states: { on: { on: { go: { actions: [toSelf('end'), toSelf('late')] }, end: 'off' } }, off: { type: 'final' } },
      on: { late: { actions: note('late') } },
      output: ({ context }: Scope) => context.trail.length,
    } as never)
    const machine = setup({ actors: { child } }).createMachine({
      context: { trail: [] },
      invoke: { id: 'child', src: 'child', onDone: { actions: note('done') } },
      on: { go: { actions: sendTo('child', { type: 'go' }) } },
    } as never)
    const { agent, xstate } = trails(machine, ['go', 'go'])
    expect(agent).toEqual(xstate)
    expect(agent).toEqual(['done'])
  })

  it('with a timer that is cancelled after it was hydrated', () => {
    const machine = createMachine({
      context: { trail: [] },
      on: {
        wait: { actions: raise({ type: 'late' }, { delay: 10, id: 'it' }) },
        stop: { actions: cancel('it') },
        late: { actions: note('late') },
      },
    } as never)
    const agent = started(machine)
    const clock = new SimulatedClock()
    const plain = createActor(machine, { clock }).start()
    for (const type of ['wait', 'stop']) {
      agent.send(type)
      plain.send({ type })
    }
    clock.increment(20)
    expect(agent.state?.timers).toEqual({})
    expect((plain.getSnapshot().context as Scope['context']).trail).toEqual([])
  })
})
