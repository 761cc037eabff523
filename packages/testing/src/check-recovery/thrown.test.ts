/** What a chart throws, wherever it does: told, and with a scenario that replays where the run proves nothing. */
import { defineAgent } from '@refold/core'
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { CheckFindingsError, RunBlockedError } from './recovery-errors.js'

interface Context {
  readonly notes: string[]
}

interface DeskOptions {
  /** What a note is assigned. */
  readonly kept?: (notes: string[]) => string[]
  readonly onNote?: (notes: string[]) => void
  readonly atStart?: (notes: string[]) => void
}

function desk({ kept = (notes) => notes, onNote = () => {}, atStart = () => {} }: DeskOptions) {
  return defineAgent({
    name: 'desk',
    version: 1,
    events: { note: z.object({}) },
    machine: setup({
      types: { context: {} as Context, events: {} as { type: 'note' } },
      actions: { keep: ({ context }) => onNote(context.notes) },
    }).createMachine({
      context: { notes: [] },
      entry: assign(({ context }) => {
        atStart(context.notes)
        return {}
      }),
      initial: 'open',
      states: {
        open: {
          on: { note: { target: 'noted', actions: [assign({ notes: ({ context }) => kept(context.notes) }), 'keep'] } },
        },
        noted: {},
      },
    }),
  })
}

const write = (notes: string[]): string[] => {
  notes.push('x')
  return notes
}
const fail = (): never => {
  throw new Error('always')
}
const options = { runs: 10, seed: 1 }

test.each([
  [
    'writes to its context on an event',
    desk({ kept: write }),
    [{ event: { type: 'note' } }],
    'desk-checked cannot take {"type":"note"}',
    'MUTATED',
  ],
  ['throws at its start', desk({ atStart: fail }), [], 'desk-checked cannot be started', 'EVENT_REFUSED'],
])(
  'REV-152 a chart that %s fails with the smallest run, its seed and the hint',
  async (_what, definition, script, what, code) => {
    const error: unknown = await checkRecovery(definition, options).catch((thrown: unknown) => thrown)
    if (!(error instanceof RunBlockedError)) throw error
    expect(error.scenario.script).toEqual(script)
    expect(error.message).toContain('desk cannot go on, without any crash (run ')
    expect(error.message).toContain(`replay with { seed: 1, path: '${error.path}' }`)
    expect(error.message).toContain(what)
    expect(error.message).toContain(`(${code})`)
    if (code === 'MUTATED') expect(error.message).toContain('Return a new value from `assign`')
  },
)

test.each([
  ['action', 'keep', desk({ onNote: fail }), 'always'],
  ['action', 'keep', desk({ onNote: write }), 'Cannot add property 0, object is not extensible'],
  ['event', 'note', desk({ kept: fail }), 'always'],
])(
  'REV-153 an %s (%s) whose code throws is told, and fails the check where that is asked for',
  async (by, type, definition, message) => {
    const report = await checkRecovery(definition, options)
    expect(report).toMatchObject({
      runs: 10,
      thrown: [{ by, type, agent: 'desk', message, times: expect.any(Number) }],
    })
    const error: unknown = await checkRecovery(definition, { ...options, thrown: 'fail' }).catch(
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof CheckFindingsError)) throw error
    expect(error.report).toEqual(report)
    expect(error.message).toContain(message)
  },
)
