/**
 * 05 A chat agent with tools: model → tools in parallel → model → … → answer.
 *
 * You learn: each call of the model and each tool call is an effect of its own. A crash while three tools run repeats the
 * unfinished ones only, and a model call that was paid for is never made again. Tokens go to those who watch.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, enqueueActions, setup, stopChild } from 'xstate'
import type { DoneActorEvent } from 'xstate'
import { z } from 'zod'
import { chat } from './openai-client.js'
import type { ChatMessage, ChatReply, ToolCall } from './openai-client.js'
import { runTool, toolDescriptions } from './tools.js'

/** `url` and `model` are the agent's input; the key stays in the environment. */
const callModel = effect(
  ({
    input,
    key,
    signal,
    progress,
  }: EffectArgs<{ url: string; model: string; messages: readonly ChatMessage[] }>): Promise<ChatReply> =>
    chat(
      { url: input.url, model: input.model, apiKey: process.env['OPENAI_API_KEY'] },
      { messages: input.messages, tools: toolDescriptions, key, signal, onToken: (token) => progress({ token }) },
    ),
)

/** What goes wrong in a tool is something the model should know, not the end of the agent. */
const callTool = effect(async ({ input: { id, function: called } }: EffectArgs<ToolCall>): Promise<ChatMessage> => {
  const content = await runTool(called.name, called.arguments).catch((error: Error) => `failed: ${error.message}`)
  return { role: 'tool', tool_call_id: id, content }
})

interface Conversation {
  readonly url: string
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly tokens: number
}

const machine = setup({
  types: {
    input: {} as { url: string; model: string; question: string },
    context: {} as Conversation,
    events: {} as { type: 'ask'; question: string } | DoneActorEvent<ChatMessage>,
  },
  actors: { callModel, callTool },
  guards: {
    wantsTools: ({ context }) => (context.messages.at(-1)?.tool_calls?.length ?? 0) > 0,
    hasAllResults: ({ context }) => unanswered(context.messages).length === 0,
  },
}).createMachine({
  context: ({ input: { url, model, question } }) => ({
    url,
    model,
    messages: [{ role: 'user', content: question }],
    tokens: 0,
  }),
  initial: 'thinking',
  states: {
    thinking: {
      invoke: {
        src: 'callModel',
        input: ({ context: { url, model, messages } }) => ({ url, model, messages }),
        onDone: {
          target: 'answered',
          actions: assign({
            messages: ({ context, event }) => [...context.messages, event.output.message],
            tokens: ({ context, event }) => context.tokens + event.output.promptTokens + event.output.completionTokens,
          }),
        },
      },
    },
    answered: {
      always: { guard: 'wantsTools', target: 'usingTools' },
      on: {
        ask: {
          target: 'thinking',
          actions: assign({
            messages: ({ context, event }) => [...context.messages, { role: 'user', content: event.question }],
          }),
        },
      },
    },
    usingTools: {
      // One effect a call: they run at the same time, and each result is a record.
      entry: enqueueActions(({ context, enqueue }) => {
        for (const call of unanswered(context.messages)) enqueue.spawnChild('callTool', { id: call.id, input: call })
      }),
      on: {
        'xstate.done.actor.*': {
          actions: [
            assign({ messages: ({ context, event }) => [...context.messages, event.output] }),
            // XState keeps an ended child, with its output, until it is stopped: a long conversation would carry them all.
            stopChild(({ event }) => event.actorId),
          ],
        },
      },
      always: { guard: 'hasAllResults', target: 'thinking' },
    },
  },
})

/** The tool calls that have no result yet. */
function unanswered(messages: readonly ChatMessage[]): readonly ToolCall[] {
  const answered = new Set(messages.map((message) => message.tool_call_id))
  return messages.flatMap((message) => message.tool_calls ?? []).filter((call) => !answered.has(call.id))
}

/** Answers questions, with tools; one agent is one conversation. */
export const chatAgent = defineAgent({
  name: 'chat',
  version: 1,
  machine,
  input: z.object({ url: z.url(), model: z.string(), question: z.string() }),
  events: { ask: z.object({ question: z.string() }) },
  effects: {
    callModel: { retry: { attempts: 4, delayMs: 1_000 }, timeoutMs: 120_000, concurrency: 4 },
    callTool: { timeoutMs: 30_000 },
  },
})
