/** A vault that is opened with secrets, as it was written, and as someone changed it. */
import { createRuntime, defineAgent, effect } from '@refold/core'
import type { EffectArgs, Store } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

export const PASS = 'correct-horse-battery'
export const KEY = 'key-of-the-vault-9431'

type Tried = { type: 'try'; pass: string; note: string }

/** `counts`: what one try adds. */
function vaultThat({ counts }: { readonly counts: number }) {
  return defineAgent({
    name: 'vault',
    version: 1,
    events: { try: z.object({ pass: z.string().meta({ secret: true }), note: z.string() }) },
    effects: { fetchKey: { output: z.object({ key: z.string().meta({ secret: true }) }) } },
    machine: setup({
      types: {
        context: {} as { tries: number; pass: string; key: string; note: string },
        events: {} as Tried,
      },
      actors: {
        fetchKey: effect(async ({ input }: EffectArgs<{ pass: string }>) => ({ key: `${KEY}${input.pass.slice(99)}` })),
      },
    }).createMachine({
      context: { tries: 0, pass: '', key: '', note: '' },
      initial: 'shut',
      states: {
        shut: {
          on: {
            try: {
              target: 'fetching',
              actions: assign({
                tries: ({ context }) => context.tries + counts,
                pass: ({ event }) => event.pass,
                note: ({ event }) => `${event.note}: ${event.pass}`,
              }),
            },
          },
        },
        fetching: {
          invoke: {
            src: 'fetchKey',
            input: ({ context }) => ({ pass: context.pass }),
            onDone: { target: 'open', actions: assign({ key: ({ event }) => event.output.key }) },
          },
        },
        open: {},
      },
    }),
  })
}

export const vault = vaultThat({ counts: 1 })
export const changedVault = vaultThat({ counts: 2 })

/** `vault-1` is open, and closes its store. */
export async function liveVault(store: Store): Promise<void> {
  const runtime = await createRuntime({ store, agents: [vault] })
  const agent = await runtime.start(vault, { id: '1' })
  await agent.send({ type: 'try', pass: PASS, note: 'by ada' })
  await agent.waitFor((state) => state.matches('open'))
  await runtime.close()
}
