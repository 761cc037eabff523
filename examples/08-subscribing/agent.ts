/**
 * 08 Subscribing: everything that watches an agent reads its stream.
 *
 * You learn: `state$` and `events$`, from now on or from any revision, without a gap; `emit`, which is stored with the
 * transition that emitted; and that all of it works from another process.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, emit, setup } from 'xstate'
import { z } from 'zod'

const importRows = effect(async ({ input }: EffectArgs<{ from: number; count: number }>) => input.from + input.count)

const machine = setup({
  types: {
    input: {} as { rows: number; batch: number },
    context: {} as { rows: number; batch: number; imported: number },
    emitted: {} as { type: 'batchImported'; imported: number; of: number },
    output: {} as { imported: number },
  },
  actors: { importRows },
  guards: { isComplete: ({ context }) => context.imported >= context.rows },
}).createMachine({
  context: ({ input }) => ({ ...input, imported: 0 }),
  initial: 'importing',
  states: {
    importing: {
      invoke: {
        src: 'importRows',
        input: ({ context: { imported, batch, rows } }) => ({
          from: imported,
          count: Math.min(batch, rows - imported),
        }),
        onDone: {
          target: 'looking',
          actions: [
            assign({ imported: ({ event }) => event.output }),
            emit(({ context }) => ({ type: 'batchImported', imported: context.imported, of: context.rows })),
          ],
        },
      },
    },
    looking: { always: [{ guard: 'isComplete', target: 'imported' }, { target: 'importing' }] },
    imported: { type: 'final' },
  },
  output: ({ context }) => ({ imported: context.imported }),
})

/** Imports rows in batches and says so after each. */
export const importer = defineAgent({
  name: 'importer',
  version: 1,
  machine,
  input: z.object({ rows: z.number().int().positive(), batch: z.number().int().positive().default(100) }),
})
