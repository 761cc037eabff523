/** The servers that the agents of the examples call: the world outside, which no crash of a worker reaches. */
import { flakyService } from '../../examples/02-effects-and-retries/flaky-service.js'
import { call, modelServer } from '../../examples/05-tool-calling-chat-agent/model-server.fixture.js'
import type { Answer, Asked } from '../../examples/05-tool-calling-chat-agent/model-server.fixture.js'
import { openBank } from '../../examples/07-never-twice/bank.js'
import type { Bank } from '../../examples/07-never-twice/bank.js'

export interface Services extends AsyncDisposable {
  readonly urls: Readonly<Record<'weather' | 'model' | 'bank' | 'reconciledBank', string>>
  /** One for each of the two payments. */
  readonly banks: readonly Bank[]
}

/** Starts them. The weather service fails twice. */
export async function startServices(): Promise<Services> {
  const weather = await flakyService({ failures: 2 })
  const model = await modelServer(answer)
  const bank = await openBank({ beforeReply: () => {} })
  const reconciledBank = await openBank({ beforeReply: () => {} })
  return {
    urls: { weather: weather.url, model: model.url, bank: bank.url, reconciledBank: reconciledBank.url },
    banks: [bank, reconciledBank],
    async [Symbol.asyncDispose]() {
      await Promise.all([weather, model, bank, reconciledBank].map((server) => server[Symbol.asyncDispose]()))
    },
  }
}

/** Two tool calls first; when their results are there, the answer. */
function answer({ body: { messages } }: Asked): Answer {
  const hasResults = messages.some(({ role }) => role === 'tool')
  if (hasResults) return { tokens: ['42 ', 'and 3.'] }
  return { calls: [call('c1', 'add', { a: 19, b: 23 }), call('c2', 'add', { a: 1, b: 2 })] }
}
