/** What custom actions and references inside an agent may do, and what becomes of what they throw. */
import { describe, expect, test } from 'vitest'
import { assign, createMachine, log, setup, toPromise, waitFor } from 'xstate'
import type { AnyActorRef, AnyStateMachine } from 'xstate'
import { play } from './scenes/play.js'
import { recordsOf, running } from './scenes/running.js'
import type { Running } from './scenes/running.js'

type Listener = (ref: AnyActorRef) => unknown

const LISTENERS: readonly (readonly [string, Listener])[] = [
  ['stop', (ref) => (ref as AnyActorRef & { stop: () => void }).stop()],
  ['subscribe', (ref) => ref.subscribe(() => {})],
  ['on', (ref) => ref.on('*', () => {})],
  ['waitFor', (ref) => waitFor(ref, () => false)],
  ['toPromise', (ref) => toPromise(ref)],
]

/** `go` runs the action, and another after it. */
function acting(action: Listener, ran: string[]): AnyStateMachine {
  const child = createMachine({})
  return setup({ actors: { child } }).createMachine({
    invoke: { id: 'child', src: 'child' },
    on: {
      self: { actions: [({ self }) => action(self), () => void ran.push('next')] },
      child: { actions: [({ self }) => action(self.getSnapshot().children.child as AnyActorRef)] },
    },
  }) as never
}

function errorsOf({ a }: Running): readonly unknown[] {
  return a.logLines.filter(({ level }) => level === 'error')
}

describe('custom actions', () => {
  test.each([
    ['throws', () => fail(), 'no ink'],
    ['rejects', () => Promise.reject(new TypeError('no ink')), 'no ink'],
  ])('STEP-14 a custom action that %s is logged, and its record stands', (_what, action, message) =>
    play('STEP-14', async (simulation) => {
      const ran: string[] = []
      const run = await running(simulation, acting(action, ran))
      await simulation.until(run.agent.send({ type: 'self' }))
      expect(await recordsOf(simulation)).toEqual(['refold.started', 'self'])
      expect(ran).toEqual(['next'])
      await simulation.advance(1)
      expect(errorsOf(run)).toMatchObject([
        { message: expect.stringMatching(/^action ".*" of odd-1 threw$/), facts: { error: { message } } },
      ])
      expect(run.agent.getSnapshot().status).toBe('active')
    }),
  )
})

describe('references', () => {
  test.each(LISTENERS)('STEP-15 %s of a reference inside an agent is refused', (_what, action) =>
    play('STEP-15', async (simulation) => {
      const run = await running(simulation, acting(action, []))
      for (const type of ['self', 'child']) await simulation.until(run.agent.send({ type }))
      await simulation.advance(1)
      const refusal = { code: 'UNSUPPORTED', hint: expect.any(String) }
      expect(errorsOf(run)).toMatchObject([{ facts: { error: refusal } }, { facts: { error: refusal } }])
    }),
  )

  test('STEP-15 in a transition it refuses the event', () =>
    play('STEP-15', async (simulation) => {
      const listen = assign(({ self }: { self: AnyActorRef }) => ({ heard: self.subscribe(() => {}) }))
      const machine = createMachine({ context: {}, on: { go: { actions: listen } } } as never)
      const { agent } = await running(simulation, machine)
      const sent = agent.send({ type: 'go' }).catch((error: unknown) => error)
      expect(await simulation.until(sent)).toMatchObject({ code: 'UNSUPPORTED' })
      expect(await recordsOf(simulation)).toEqual(['refold.started'])
    }))
})

test('LOG-7 what a chart logs is text, and JSON where it is none', () =>
  play('LOG-7', async (simulation) => {
    const odd: { self?: unknown } = {}
    odd.self = odd
    const said = ['hello', { a: [1n, new Error('no')] }, undefined, odd, 'x'.repeat(20_000)]
    const machine = createMachine({
      on: { go: { actions: said.map((value) => log(() => value, 'said')) }, bare: { actions: log('bare') } },
    } as never)
    const { a, agent } = await running(simulation, machine)
    await simulation.until(agent.send({ type: 'go' }))
    await simulation.until(agent.send({ type: 'bare' }))
    const lines = a.logLines.filter(({ level }) => level === 'info')
    expect(lines.map(({ message }) => message.slice(0, 40))).toEqual([
      'said hello',
      'said {"a":["1","Error: no"]}',
      'said undefined',
      'said (a value that is not JSON)',
      `said ${'x'.repeat(35)}`,
      'bare',
    ])
    expect(lines[4]?.message.length).toBeLessThan(10_100)
    expect(lines[0]?.facts).toEqual({ agent: 'odd-1' })
  }))

function fail(): never {
  throw new TypeError('no ink')
}
