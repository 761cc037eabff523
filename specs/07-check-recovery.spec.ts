/** The crash test that users run on their own agents. */
import { defineAgent } from '@refold/core'
import { checkRecovery } from '@refold/testing'
import { expect, test } from 'vitest'
import { assign, fromPromise, setup } from 'xstate'
import { rejection } from './scenes/play.js'

/** The body is what is looked at. */
const REAL = { effects: { count: 'real' } } as const

interface CounterOptions {
  readonly body: () => Promise<number>
  readonly initial?: 'counting' | 'resting'
  /** Runs in the transition that takes the outcome. */
  readonly onOutcome?: (got: number[]) => void
}

/** Asks its body at each `more`. */
function counter({ body, initial = 'counting', onOutcome }: CounterOptions) {
  const machine = setup({
    types: { context: {} as { got: number[] }, events: {} as { type: 'more' } | { type: 'hush' } },
    actors: { count: fromPromise(body) },
  }).createMachine({
    context: { got: [] },
    initial,
    states: {
      counting: {
        invoke: {
          src: 'count',
          onDone: {
            target: 'resting',
            actions: assign({
              got: ({ context, event }) => {
                onOutcome?.(context.got)
                return [...context.got, event.output]
              },
            }),
          },
        },
      },
      resting: { on: { more: 'counting', hush: {} } },
    },
  })
  return defineAgent({ name: 'counter', version: 1, machine })
}

test('REV-1 an agent whose every crash leads to the same end passes', async () => {
  const checked = checkRecovery(counter({ body: async () => 1 }), { ...REAL, runs: 10, maxEvents: 3 })
  await expect(checked).resolves.toMatchObject({ thrown: [] })
})

test('REV-1 it passes after a crash at every boundary of its run', async () => {
  let bodies = 0
  const body = async (): Promise<number> => {
    bodies++
    return 1
  }
  await checkRecovery(counter({ body }), { ...REAL, runs: 1, maxEvents: 0 })
  // Two appends and one body are six boundaries, and there are two runs without a crash. The body has run a second
  // time where the crash took its outcome along: right after it, and right before its append.
  expect(bodies).toBe(8 + 2)
})

test('REV-2 an agent whose end depends on a crash fails, with the smallest run and a seed that replays it', async () => {
  let bodies = 0
  const definition = counter({
    initial: 'resting',
    // Only a crash between its end and the decision on its outcome makes it say 2.
    body: async () => ++bodies,
    onOutcome: () => (bodies = 0),
  })
  const options = { ...REAL, runs: 30, maxEvents: 6, seed: 1 }
  const error = (await rejection(checkRecovery(definition, options))) as Failure
  const smallest = {
    name: 'RecoveryDiffersError',
    scenario: { input: undefined, script: [{ event: { type: 'more' } }] },
    crash: { at: 'body', nth: 1, when: 'after' },
  }
  expect(error).toMatchObject({ ...smallest, seed: 1 })
  // The first scenario of this seed fails, and was made smaller four times.
  expect(error.path).toMatch(/^0(:\d+){4}$/)
  const { seed, path } = error
  expect(error.message).toContain(`replay with { seed: ${seed}, path: '${path}' }`)

  bodies = 0
  const again = (await rejection(checkRecovery(definition, { ...options, runs: 1, path }))) as Failure
  expect(again).toMatchObject({ ...smallest, seed, path })
  expect(again.message).toContain('(run 1;')
})

test.each([
  ['throws', () => fail(), 'the chart is wrong'],
  ['writes to its context', mutate, 'Cannot add property 0, object is not extensible'],
])(
  'REV-4 an agent that %s where it takes an outcome is no pass: it blocks in every run',
  async (_what, onOutcome, why) => {
    const definition = counter({ initial: 'resting', body: async () => 1, onOutcome })
    const error = (await rejection(checkRecovery(definition, { ...REAL, runs: 20, seed: 1 }))) as Failure
    const smallest = { name: 'RunBlockedError', scenario: { script: [{ event: { type: 'more' } }] }, seed: 1 }
    expect(error).toMatchObject(smallest)
    expect(error.message).toContain(`counter-checked is blocked: ${why}`)
    const { seed, path } = error
    const again = await rejection(checkRecovery(definition, { ...REAL, seed, path }))
    expect(again).toMatchObject({ ...smallest, path })
  },
)

function fail(): never {
  throw new TypeError('the chart is wrong')
}

function mutate(got: number[]): void {
  got.push(1)
}

interface Failure extends Error {
  readonly seed: number
  readonly path: string
}
