import { checkRecovery } from '@refold/testing'
import type { RecoveryOptions } from '@refold/testing'
import { expect, it } from 'vitest'
import { poet } from '../01-first-agent/agent.js'
import { weather } from '../02-effects-and-retries/agent.js'
import { reminder } from '../03-timers/agent.js'
import { letter } from '../04-approval-by-a-person/agent.js'
import { chatAgent } from '../05-tool-calling-chat-agent/agent.js'
import type { ChatMessage } from '../05-tool-calling-chat-agent/openai-client.js'
import { trip } from '../06-child-machines/agent.js'
import { payment, reconciledPayment } from '../07-never-twice/agent.js'
import { importer } from '../08-subscribing/agent.js'
import { till } from '../09-time-travel/agent.js'
import { runExample } from '../process.fixture.js'
import { forgetfulOrders, orders } from './agent.js'

/** Where a body uses no more than its input and calls no one, it may run; else an outcome stands in its place. */
const checks = [
  { definition: orders, options: { effects: { number: 'real' } } },
  { definition: poet, options: { effects: { write: 'real' } } },
  { definition: reminder, options: {} },
  { definition: till, options: {} },
  { definition: letter, options: { effects: { draft: 'real', deliver: () => ({ receipt: 'r', length: 1 }) } } },
  { definition: trip, options: { effects: { 'booking.reserve': reserve, 'booking.release': () => null } } },
  { definition: importer, options: { effects: { importRows: 'real' }, maxRecords: 20 } },
  { definition: weather, options: { effects: { forecast: () => ({ place: 'here', sky: 'clear' }) } } },
  { definition: payment, options: { effects: { charge: () => ({ receipt: 'r' }) } } },
  { definition: reconciledPayment, options: { effects: { charge: () => ({ receipt: 'r' }) } } },
  { definition: chatAgent, options: { effects: { callModel: answer, callTool: toolResult } } },
].map((check) => ({ ...check, name: check.definition.name, options: check.options as RecoveryOptions }))

function reserve(input: unknown): string {
  const { what, isFull } = input as { what: string; isFull: boolean }
  if (isFull) throw new Error(`there is no ${what} left`)
  return `${what}-1`
}

/** Asks for two tools first, and answers when it has their results. */
function answer(input: unknown): object {
  const { messages } = input as { messages: readonly ChatMessage[] }
  const calls = ['a', 'b'].map((name) => ({
    id: `${messages.length}-${name}`,
    type: 'function',
    function: { name, arguments: '' },
  }))
  const isAnswer = messages.at(-1)?.role === 'tool'
  const message = { role: 'assistant', content: 'x', ...(isAnswer ? {} : { tool_calls: calls }) }
  return { message, promptTokens: 1, completionTokens: 1 }
}
function toolResult(input: unknown): ChatMessage {
  return { role: 'tool', tool_call_id: (input as { id: string }).id, content: 'result' }
}

it.each(checks)('$name becomes the same, wherever it is killed', async ({ definition, options }) => {
  await expect(checkRecovery(definition, { runs: 8, maxCrashes: 20, ...options })).resolves.toMatchObject({
    thrown: [],
  })
})

it('finds the agent that keeps something in memory, and tells how to see it again', async () => {
  const check = checkRecovery(forgetfulOrders, { effects: { number: 'real' }, runs: 100, seed: 1 })
  await expect(check).rejects.toThrow(/forgetful_orders is not the same twice, without any crash.*seed/)
})

it('shows both, as a program', async () => {
  const { code, stdout } = await runExample('10-property-testing-recovery/main')
  expect(code).toBe(0)
  expect(stdout).toContain('orders: survived every crash')
  expect(stdout).toContain('forgetful_orders: forgetful_orders is not the same twice')
})
