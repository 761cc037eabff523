/** Agents that start others, and write to them. */
import { defineAgent, effect, sendToAgent, startAgent } from '@refold/core'
import type { ChildDone, ChildFailed, EffectArgs, UndeliveredEvent } from '@refold/core'
import { assign, enqueueActions, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { RecoveryDiffersError, RunBlockedError } from './recovery-errors.js'

interface WriterOptions {
  /** Runs in the transition that takes what was written. */
  readonly onWritten?: () => void
}

function writerOf({ onWritten = () => {} }: WriterOptions = {}) {
  return defineAgent({
    name: 'writer',
    version: 1,
    input: z.object({ topic: z.string() }),
    events: { hurry: z.object({}) },
    effects: { write: { retry: { attempts: 2, delayMs: 10 } } },
    machine: setup({
      types: {
        input: {} as { topic: string },
        context: {} as { topic: string; text: string; hurried: number },
        events: {} as { type: 'hurry' },
        output: {} as { text: string },
      },
      actors: { write: effect(async ({ input }: EffectArgs<string>) => `all about ${input}`) },
    }).createMachine({
      context: ({ input }) => ({ topic: input.topic, text: '', hurried: 0 }),
      on: { hurry: { actions: assign({ hurried: ({ context }) => context.hurried + 1 }) } },
      initial: 'writing',
      states: {
        writing: {
          invoke: {
            src: 'write',
            input: ({ context }) => context.topic,
            onDone: {
              target: 'written',
              actions: assign({
                text: ({ event }) => {
                  onWritten()
                  return event.output
                },
              }),
            },
          },
        },
        written: { type: 'final' },
      },
      output: ({ context }) => ({ text: context.text }),
    }),
  })
}

const writer = writerOf()
type Report = ChildDone<'written', typeof writer> | ChildFailed<'failed', typeof writer>

type Topic = 'whales' | 'icebergs' | 'sails'

const editor = defineAgent({
  name: 'editor',
  version: 1,
  input: z.object({ topics: z.array(z.enum(['whales', 'icebergs', 'sails'])).max(3) }),
  events: { ask: z.object({}) },
  machine: setup({
    types: {
      input: {} as { topics: Topic[] },
      context: {} as { topics: Topic[]; got: string[] },
      events: {} as { type: 'ask' } | UndeliveredEvent | Report,
    },
  }).createMachine({
    context: ({ input }) => ({ topics: [...new Set(input.topics)], got: [] }),
    initial: 'gathering',
    states: {
      gathering: {
        entry: enqueueActions(({ context, enqueue }) => {
          for (const topic of context.topics)
            enqueue(startAgent({ agent: writer, id: topic }, { input: { topic }, done: 'written', failed: 'failed' }))
        }),
        always: { guard: ({ context }) => context.got.length >= context.topics.length, target: 'gathered' },
        on: {
          ask: { actions: sendToAgent({ agent: writer, id: 'whales' }, { type: 'hurry' }) },
          written: { actions: assign({ got: ({ context, event }) => [...context.got, event.output.text] }) },
          failed: { actions: assign({ got: ({ context, event }) => [...context.got, event.error.message] }) },
        },
      },
      gathered: { type: 'final' },
    },
  }),
})

const stub = (topic: string): string => `about ${topic}`

describe('other agents', () => {
  test('REV-6 agents that the checked one starts and writes to play along, with effects of their own', async () => {
    const topics: string[] = []
    const write = (topic: string): string => {
      topics.push(topic)
      return stub(topic)
    }
    await checkRecovery(editor, { agents: [writer], effects: { 'writer/write': write }, runs: 8, seed: 1 })
    expect(new Set(topics)).toEqual(new Set(['whales', 'icebergs', 'sails']))
  })

  test('REV-6 a crash that makes a difference in one of them is found', async () => {
    let attempts = 0
    const write = (topic: string): string => `${++attempts} about ${topic}`
    const forgets = writerOf({ onWritten: () => (attempts = 0) })
    const options = { agents: [forgets], effects: { 'writer/write': write }, runs: 8, seed: 1 }
    const error = await checkRecovery(editor, options).catch((thrown: unknown) => thrown)
    if (!(error instanceof RecoveryDiffersError)) throw error
    expect(error.scenario.input).toMatchObject({ topics: [expect.any(String)] })
  })

  test('REV-6 an agent that is started but not there is refused', async () => {
    const checked = checkRecovery(editor, { runs: 8, seed: 1 })
    await expect(checked).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: "agents: 'writer' is not there, and editor-checked starts one",
    })
  })

  test('REV-4 one of them that blocks without a crash is no pass', async () => {
    const blocks = writerOf({
      onWritten: () => {
        throw new TypeError('no ink')
      },
    })
    const options = { agents: [blocks], effects: { 'writer/write': stub }, runs: 8, seed: 1 }
    const error = await checkRecovery(editor, options).catch((thrown: unknown) => thrown)
    if (!(error instanceof RunBlockedError)) throw error
    expect(error.message).toMatch(/writer-\w+ is blocked: no ink/)
  })
})
