/** A file with agents of every kind that the reading commands tell of. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentContract, createRuntime, defineAgent, effect, sendToAgent } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { exportStreams } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { ended, MAIN } from '../../fleet.fixture.js'
import type { Ended } from '../../fleet.fixture.js'

export const ANSWER = 'The sky is blue because short waves are scattered most.'
/** Moves the cursor, sets a title, turns the direction of writing, ends a line. */
const HOSTILE = '\u001b[2J\u001b]0;x\u0007\u009b1A\u202eevil\u200b\r\nERROR all is lost\t'
/** Characters of the note of `order-6`. */
export const HUGE = 10_000_000

const contract = agentContract({ name: 'writer', events: { draft: z.object({ text: z.string() }) } })
const writer = defineAgent({
  ...contract,
  version: 1,
  machine: setup({
    types: { context: {} as { text: string }, events: {} as { type: 'draft'; text: string } },
  }).createMachine({
    context: { text: '' },
    initial: 'waiting',
    states: {
      waiting: { on: { draft: { target: 'written', actions: assign({ text: ({ event }) => event.text }) } } },
      written: {},
    },
  }),
})

type Asked = { type: 'ask'; question: string } | { type: 'budget'; cents: number }

const research = defineAgent({
  name: 'research',
  version: 1,
  events: { ask: z.object({ question: z.string() }), budget: z.object({ cents: z.number() }) },
  machine: setup({
    types: { context: {} as { question: string; answer: string; cents: number }, events: {} as Asked },
    actors: { callModel: effect(async (_args: EffectArgs<{ question: string }>) => ({ text: ANSWER })) },
  }).createMachine({
    context: { question: '', answer: '', cents: 0 },
    initial: 'idle',
    on: { budget: { actions: assign({ cents: ({ event }) => event.cents }) } },
    states: {
      idle: { on: { ask: { target: 'thinking', actions: assign({ question: ({ event }) => event.question }) } } },
      thinking: {
        invoke: {
          src: 'callModel',
          input: ({ context }) => ({ question: context.question }),
          onDone: {
            target: 'answered',
            actions: [
              assign({ answer: ({ event }) => event.output.text }),
              sendToAgent({ agent: contract, id: '7' }, ({ context }) => ({ type: 'draft', text: context.answer })),
            ],
          },
        },
      },
      answered: {},
    },
  }),
})

type Ordered = { type: 'accept' } | { type: 'note'; text: string } | { type: 'pack' }

/** Is charged by a body that never answers, and packs into a box that is not there. */
const order = defineAgent({
  name: 'order',
  version: 1,
  effects: { charge: { safety: 'never-retry', timeoutMs: 10 } },
  approvals: { accept: ({ context }) => ({ price: context.price }) },
  machine: setup({
    types: { context: {} as { price: number; note: string }, events: {} as Ordered },
    actors: { charge: effect(async (_args: EffectArgs<object>) => new Promise<object>(() => {})) },
  }).createMachine({
    context: { price: 7, note: '' },
    initial: 'asking',
    states: {
      asking: {
        on: {
          accept: 'charging',
          pack: 'packing',
          note: { actions: assign({ note: ({ event }) => event.text }) },
        },
        after: { 3_600_000: 'packing' },
      },
      charging: { invoke: { src: 'charge', input: {}, onDone: 'packing' } },
      packing: {
        after: {
          1: {
            target: 'sent',
            actions: assign(() => {
              throw new TypeError('no such box')
            }),
          },
        },
      },
      sent: { type: 'final' },
    },
  }),
})

export interface PastFile {
  readonly store: string
  /** The same agents in a file that was exported. */
  readonly exported: string
  /** The real command, in a directory whose configuration throws when it is loaded. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess
  /** The same, to its end. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>
  remove(): void
}

/** `research-42` has asked and written to `writer-7`; of the orders, 1 is blocked, 2 asks, 3 is in doubt, 4 paused, 5 is full of hostile text, 6 huge. */
export async function makePast(): Promise<PastFile> {
  const directory = mkdtempSync(join(tmpdir(), 'refold-past-'))
  const [store, exported] = [join(directory, 'agents.db'), join(directory, 'agents.jsonl')]
  writeFileSync(join(directory, 'refold.config.mjs'), 'throw new Error("this must not run")')
  const runtime = await createRuntime({
    store: sqliteStore(store),
    agents: [research, writer, order],
    onReport: () => {},
  })
  const written = await runtime.start(writer, { id: '7' })
  const asked = await runtime.start(research, { id: '42' })
  await asked.send({ type: 'budget', cents: 500 }, { by: 'bob' })
  await asked.send({ type: 'ask', question: 'Why is the sky blue?' }, { by: 'ada', reason: 'a child wants to know' })
  const [blocked, , doubtful, paused, hostile] = [
    await runtime.start(order, { id: '1', by: 'cy' }),
    await runtime.start(order, { id: '2' }),
    await runtime.start(order, { id: '3' }),
    await runtime.start(order, { id: '4' }),
    await runtime.start(order, { id: '5' }),
  ]
  await blocked.send({ type: 'pack' })
  await doubtful.send({ type: 'accept' }, { by: 'ana', approval: await doubtful.approval('accept') })
  await paused.pause({ by: 'ana', reason: 'no stock' })
  await hostile.send({ type: 'note', text: HOSTILE }, { by: HOSTILE, reason: HOSTILE })
  const huge = await runtime.start(order, { id: '6' })
  await huge.send({ type: 'note', text: 'x'.repeat(HUGE) })
  await written.waitFor((state) => state.matches('written'))
  await blocked.waitFor((state) => state.condition === 'blocked')
  await doubtful.waitFor((state) => state.condition === 'in-doubt')
  await runtime.close()
  const file = sqliteStore(store)
  const streams = ['research-42', 'writer-7', 'order-1', 'order-5']
  const lines: string[] = []
  for await (const line of exportStreams(file, streams)) lines.push(line)
  writeFileSync(exported, lines.join(''))
  await file.close()
  const start: PastFile['start'] = (args, env) =>
    spawn(process.execPath, [MAIN, ...args], { cwd: directory, env: { ...process.env, ...env } })
  return {
    store,
    exported,
    start,
    run: (args, env) => ended(start(args, env)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
