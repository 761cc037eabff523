/** Charts that are no function of their input: no crash is to blame. */
import { defineAgent, effect } from '@refold/core'
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { RecoveryDiffersError } from './recovery-errors.js'

interface DeskOptions {
  readonly takesNote?: () => boolean
  /** What is kept of a note. */
  readonly stamp?: () => unknown
  readonly onNote?: (text: string) => void
  readonly published?: (text: string) => string
}

/** Takes one note, and publishes it. */
function desk({
  takesNote = () => true,
  stamp = () => '',
  onNote = () => {},
  published = (text) => text,
}: DeskOptions) {
  return defineAgent({
    name: 'desk',
    version: 1,
    events: { note: z.object({ text: z.string().max(9) }) },
    machine: setup({
      types: { context: {} as { text: string; stamp: unknown }, events: {} as { type: 'note'; text: string } },
      actors: { publish: effect<number, string>(async () => 0) },
    }).createMachine({
      context: { text: '', stamp: '' },
      initial: 'open',
      states: {
        open: {
          on: {
            note: {
              guard: takesNote,
              target: 'publishing',
              actions: [assign({ text: ({ event }) => event.text, stamp }), ({ event }) => onNote(event.text)],
            },
          },
        },
        publishing: {
          invoke: { src: 'publish', input: ({ context }) => published(context.text), onDone: 'published' },
        },
        published: { type: 'final' },
      },
    }),
  })
}

const NOTE = { event: { type: 'note', text: '' } }
const effects = { publish: () => 0 }

async function found(options: DeskOptions, stubs: { readonly publish: () => number } = effects): Promise<Error> {
  const check = checkRecovery(desk(options), { effects: stubs, runs: 30, seed: 1 })
  const error: unknown = await check.catch((thrown: unknown) => thrown)
  if (error instanceof RecoveryDiffersError) return error
  throw error
}

let calls = 0

test.each([
  ['the clock', { stamp: () => performance.now() }, 'record 1 (note) in context.stamp'],
  ['chance', { stamp: () => Math.random() }, 'record 1 (note) in context.stamp'],
  ['a variable', { stamp: () => ++calls }, 'record 1 (note) in context.stamp'],
  ['a variable in an input', { published: () => String(++calls) }, 'record 1 (note) in effects.0.input'],
])('REV-151 a chart that asks %s is found, and no crash is blamed', async (_what, options, place) => {
  const error = await found(options)
  expect(error).toMatchObject({ crash: undefined, scenario: { script: [NOTE] } })
  expect(error.message).toContain('desk is not the same twice, without any crash')
  expect(error.message).toContain(`two runs without any crash differ at ${place}\n  in one run: `)
  expect(error.message).not.toContain('a crash right')
})

test('REV-151 a guard by chance is not blamed on a crash', async () => {
  // The same twice, and then not: the pattern that a single comparison would take for a crash.
  const answers = [true, true, false]
  let asked = 0
  const error = await found({ takesNote: () => answers[asked++ % 3] as boolean })
  expect(error).toMatchObject({ crash: undefined })
  expect(error.message).toContain('without any crash')
})

test('REV-151 a stub that counts is found at its outcome', async () => {
  const error = await found({}, { publish: () => ++calls })
  expect(error).toMatchObject({ crash: undefined })
  expect(error.message).toContain('record 2 (refold.effect.done) in data.output')
})

test('REV-151 what an action keeps beside the context is found, and the story points to state outside of the machine', async () => {
  let kept = 'none'
  const error = await found({ onNote: (text) => (kept = text), published: () => kept })
  expect(error.message).toContain('Something outside of the machine decides')
  expect(error.message).toContain('was left there by an earlier run')
})
