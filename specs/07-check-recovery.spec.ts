/** The crash test that users run on their own agents. */
import { defineAgent } from '@refold/core'
import { checkRecovery } from '@refold/testing'
import { expect, test } from 'vitest'
import { assign, fromPromise, setup } from 'xstate'
import { rejection } from './scenes/play.js'

function counter(body: () => Promise<number>) {
  const machine = setup({
    types: { context: {} as { got: number[] }, events: {} as { type: 'more' } },
    actors: { count: fromPromise(body) },
  }).createMachine({
    context: { got: [] },
    initial: 'counting',
    states: {
      counting: {
        invoke: {
          src: 'count',
          onDone: {
            target: 'resting',
            actions: assign({ got: ({ context, event }) => [...context.got, event.output] }),
          },
        },
      },
      resting: { on: { more: 'counting' } },
    },
  })
  return defineAgent({ name: 'counter', version: 1, machine })
}

test('REV-1 an agent whose every crash leads to the same end passes', async () => {
  const checked = checkRecovery(
    counter(async () => 1),
    { runs: 2, maxEvents: 2 },
  )
  await expect(checked).resolves.toBeUndefined()
}, 60_000)

test('REV-2 an agent whose end depends on a crash fails, with the smallest run and a seed that replays it', async () => {
  let calls = 0
  const error = await rejection(
    checkRecovery(
      counter(async () => ++calls),
      { runs: 5, maxEvents: 2 },
    ),
  )
  expect(error).toMatchObject({
    name: 'RecoveryDiffersError',
    seed: expect.any(Number),
    path: expect.any(String),
    crash: expect.anything(),
  })
}, 60_000)
