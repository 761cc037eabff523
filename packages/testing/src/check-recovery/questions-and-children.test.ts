/** Agents that ask several questions at once, and agents that keep references to the children that they spawn. */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { assign, sendParent, setup } from 'xstate'
import type { ActorRefFrom } from 'xstate'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { RecoveryDiffersError } from './recovery-errors.js'
import { SameActors } from './same-actors.js'

test('REV-9 one of several questions is asked, too, where none can be put without saying which', async () => {
  const tools = { a: { tool: 'mail' }, b: { tool: 'pay' } }
  const calls = defineAgent({
    name: 'calls',
    version: 1,
    machine: setup({
      types: { context: {} as { done: string[] }, events: {} as { type: 'approve'; call: 'a' | 'b' } },
      actors: { run: effect(async ({ input }: EffectArgs<string>) => input) },
    }).createMachine({
      context: { done: [] },
      initial: 'waiting',
      states: {
        waiting: {
          on: {
            approve: {
              target: 'running',
              actions: assign({ done: ({ context, event }) => [...context.done, event.call] }),
            },
          },
        },
        running: { invoke: { src: 'run', input: ({ context }) => context.done.at(-1) ?? '', onDone: 'waiting' } },
      },
    }),
    events: { approve: z.object({ call: z.enum(['a', 'b']) }) },
    approvals: { approve: ({ about }) => tools[about.call as 'a' | 'b'].tool }, // throws where it is not said
  })
  const ran = new Set<string>()
  const run = (call: string): string => (ran.add(call), call)
  await checkRecovery(calls, { effects: { run }, runs: 8, seed: 1 })
  expect([...ran].toSorted()).toEqual(['a', 'b'])
})

/** `seen`: what a child has by the outcome of its effect. */
function familyOf(seen: (worked: string) => string) {
  const child = setup({
    types: { context: {} as { seen: string } },
    actors: { work: effect(async () => 'real') },
  }).createMachine({
    context: { seen: '' },
    initial: 'on',
    states: {
      on: {
        invoke: {
          src: 'work',
          onDone: { target: 'off', actions: assign({ seen: ({ event }) => seen(event.output) }) },
        },
      },
      off: { entry: sendParent({ type: 'heard' }) },
    },
  })
  return defineAgent({
    name: 'family',
    version: 1,
    machine: setup({
      types: {
        context: {} as { named: ActorRefFrom<typeof child>[]; heard: number },
        events: {} as { type: 'hire' } | { type: 'heard' },
      },
      actors: { child },
    }).createMachine({
      context: { named: [], heard: 0 },
      on: {
        hire: {
          actions: assign({
            named: ({ context, spawn }) => [
              ...context.named,
              spawn('child', context.named.length === 0 ? { id: 'first' } : {}),
            ],
          }),
        },
        heard: { actions: assign({ heard: ({ context }) => context.heard + 1 }) },
      },
    }),
    events: { hire: z.object({}) },
  })
}

describe('REV-10 children to which a context holds references', () => {
  const options = { effects: { 'child.work': () => 'worked' }, runs: 10, seed: 1 }

  test('REV-10 make no difference by the names of their actors, which tell how many records there were', async () => {
    const checked = checkRecovery(
      familyOf((worked) => worked),
      options,
    )
    await expect(checked).resolves.toMatchObject({ thrown: [] })
  })

  test('REV-10 are compared, whatever of them their parent hears', async () => {
    let times = 0
    const error = await checkRecovery(
      familyOf(() => String(++times)),
      options,
    ).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RecoveryDiffersError)
    expect((error as Error).message).toContain('differ at the final children')
  })

  test('REV-10 are told by their names; what users call an actor is compared', () => {
    const said = (actor: string): unknown => new SameActors().numbered({ by: { actor, id: '1' } })
    expect(said('3.0')).toEqual(said('5.0'))
    expect(said('ana')).not.toEqual(said('bob'))
    expect(said('3')).not.toEqual(said('5'))
  })
})
