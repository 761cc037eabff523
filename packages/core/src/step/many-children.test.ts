/** Machines that end with many children: XState itself copies the list of all of them for each. */
import { describe, expect, it } from 'vitest'
import { assign, createActor, fromCallback, setup, stopChild } from 'xstate'
import type { AnyStateMachine, NonReducibleUnknown } from 'xstate'
import { createTree } from './tree.js'
import type { Tree, TreeStep } from './tree-step.js'

const MANY = 300
const NAMES = Array.from({ length: MANY }, (_, at) => `c${at}`)
const tree = (machine: unknown): Tree =>
  createTree({ machine: machine as AnyStateMachine }, { agentId: 'a', onActorSend: () => {}, onLog: () => {} })

/** Its children stop in an order that it notes; one of them fails when it is told to. */
function crowd(): { machine: AnyStateMachine; stopped: string[] } {
  const stopped: string[] = []
  const child = fromCallback<{ type: 'fail' }, { name: string }>(({ input, receive }) => {
    receive(() => {
      throw new Error('broken')
    })
    return () => void stopped.push(input.name)
  })
  const bad = setup({}).createMachine({
    initial: 'on',
    context: { never: 0 },
    states: { on: { on: { fail: { actions: assign({ never: () => fail() }) } } } },
  })
  const machine = setup({ actors: { child, bad } }).createMachine({
    context: { n: 0 },
    entry: assign({
      n: ({ spawn }) => {
        for (const name of NAMES) spawn('child', { id: name, input: { name } })
        return (spawn('bad', { id: 'bad' }) as NonReducibleUnknown) === undefined ? 0 : 1
      },
    }),
    initial: 'on',
    states: { on: { on: { end: 'off', one: { actions: stopChild('c7') } } }, off: { type: 'final' } },
    on: { fail: { actions: ({ self }) => void self } },
  })
  return { machine, stopped }
}

function fail(): never {
  throw new Error('broken')
}

/** What ours says of the effects that it stopped, by the names of the children. */
function stoppedNames(first: TreeStep, { stopped }: TreeStep): string[] {
  const names = new Map(first.scheduled.map(({ effect, input }) => [effect, (input as { name: string }).name]))
  return stopped.map((effect) => names.get(effect) as string)
}

describe('STEP-1 a machine with many children', () => {
  it('stops them at its end in the order of XState, and goes on naming them', () => {
    const { machine, stopped } = crowd()
    const plain = createActor(machine).start()
    plain.send({ type: 'end' })
    const ours = tree(machine)
    const first = ours.step({ kind: 'started', input: undefined }, { now: 0, revision: 0 })
    const step = ours.step({ kind: 'event', event: { type: 'end' } }, { now: 0, revision: 1 })
    expect(stoppedNames(first, step)).toEqual(stopped)
    expect(stopped).toHaveLength(MANY)
    expect(Object.keys(step.root.children ?? {})).toEqual(Object.keys(plain.getSnapshot().children))
    expect(new Set(NAMES.map((name) => step.root.children?.[name]?.status))).toEqual(new Set(['stopped']))
  })

  it('stops them when it is stopped itself, or fails because no one takes an error', () => {
    for (const type of ['stop', 'break']) {
      const { machine, stopped } = crowd()
      const parent = setup({ actors: { machine } }).createMachine({
        invoke: { src: 'machine', id: 'crowd', onError: { actions: () => {} } },
        on: {
          stop: { actions: stopChild('crowd') },
          break: { actions: ({ self }) => void self },
        },
      })
      const plain = createActor(parent).start()
      const ours = tree(parent)
      const first = ours.step({ kind: 'started', input: undefined }, { now: 0, revision: 0 })
      const to = Object.values(first.root.children?.['crowd']?.children ?? {}).find(({ src }) => src === 'bad')?.sid
      const crowdRef = plain.getSnapshot().children['crowd'] as { getSnapshot(): { children: Record<string, { send(event: object): void }> } } // prettier-ignore
      if (type === 'stop') plain.send({ type })
      else crowdRef.getSnapshot().children['bad']?.send({ type: 'fail' })
      const input =
        type === 'stop'
          ? ({ kind: 'event', event: { type } } as const)
          : ({ kind: 'actor.event', to: to as string, event: { type: 'fail' } } as const)
      const step = ours.step(input, { now: 0, revision: 1 })
      expect(stoppedNames(first, step)).toEqual(stopped)
      expect(stopped).toHaveLength(MANY)
      expect(step.root.children?.['crowd']?.status).toBe(type === 'stop' ? undefined : 'error')
      expect(plain.getSnapshot().children['crowd'] === undefined).toBe(type === 'stop')
    }
  })

  it('keeps the places of the others when one is stopped', () => {
    const { machine } = crowd()
    const ours = tree(machine)
    ours.step({ kind: 'started', input: undefined }, { now: 0, revision: 0 })
    const step = ours.step({ kind: 'event', event: { type: 'one' } }, { now: 0, revision: 1 })
    expect(Object.keys(step.root.children ?? {})).toEqual([...NAMES.filter((name) => name !== 'c7'), 'bad'])
  })
})
