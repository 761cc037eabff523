/** Failed outcomes and steps are part of a check. */
import { setTimeout } from 'node:timers/promises'
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { RecoveryDiffersError } from './recovery-errors.js'

type Body = (args: EffectArgs) => Promise<unknown>

/** Calls `work` once, or again when told to. */
function worker(body: Body, safety: 'idempotent' | 'never-retry' = 'idempotent') {
  const machine = setup({ actors: { work: effect<unknown>(body) } }).createMachine({
    context: { got: '' },
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          onDone: { target: 'waiting', actions: assign({ got: ({ event }) => String(event.output) }) },
          onError: { target: 'waiting', actions: assign({ got: ({ event }) => String(event.error) }) },
        },
      },
      waiting: { on: { again: 'working' } },
    },
  })
  return defineAgent({
    name: 'worker',
    version: 1,
    machine,
    effects: { work: { safety } },
    events: { again: z.object({}) },
  })
}

test.each(['idempotent', 'never-retry'] as const)(
  'REV-7 an effect that fails, and is %s, is no difference',
  async (safety) => {
    const work = (): never => {
      throw new Error('no')
    }
    const definition = worker(async () => '', safety)
    await expect(checkRecovery(definition, { effects: { work }, runs: 2 })).resolves.toMatchObject({ thrown: [] })
  },
)

describe('REV-8 a body with steps', () => {
  const steps =
    (third: () => unknown): Body =>
    async ({ step }) => {
      const [one, two] = await Promise.all([step('one', () => 'a'), step('two', async () => 'b')])
      return `${one}${two}${String(await step('three', third))}`
    }
  const effects = { work: 'real' } as const

  test('REV-8 may run, and waits for its records as for nothing real', async () => {
    const definition = worker(steps(() => 'c'))
    const checked = checkRecovery(definition, { effects, runs: 2, bodyPatienceMs: 600_000 })
    await expect(checked).resolves.toMatchObject({ thrown: [] })
  })

  test('REV-8 whose step gives something else each time is found', async () => {
    let calls = 0
    const definition = worker(steps(() => ++calls))
    await expect(checkRecovery(definition, { effects })).rejects.toThrow(RecoveryDiffersError)
  })

  test('REV-8 whose step throws goes on without time that passes', async () => {
    const body: Body = async ({ step }) => {
      const failed = await step('one', () => Promise.reject(new Error('no'))).catch(String)
      await setTimeout(20)
      return failed
    }
    await expect(checkRecovery(limited(body), { effects, runs: 1, maxEvents: 0 })).resolves.toMatchObject({
      statesNeverEntered: ['late'],
    })
  })
})

/** Leaves the effect after a second. */
function limited(body: Body) {
  const machine = setup({ actors: { work: effect<unknown>(body) } }).createMachine({
    initial: 'working',
    states: { working: { invoke: { src: 'work', onDone: 'done' }, after: { 1_000: 'late' } }, done: {}, late: {} },
  })
  return defineAgent({ name: 'limited', version: 1, machine, events: {} })
}

test('REV-242 a body that takes longer than it is waited for is told where that makes a difference', async () => {
  let calls = 0
  const work = async (): Promise<void> => setTimeout(++calls === 1 ? 0 : 200)
  const options = { effects: { work }, runs: 1, maxEvents: 0, bodyPatienceMs: 50 }
  await expect(
    checkRecovery(
      limited(async () => ''),
      options,
    ),
  ).rejects.toThrow('work did not end within bodyPatienceMs. Raise it, or give a stub.')
})
