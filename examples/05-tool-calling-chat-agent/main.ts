/**
 * OPENAI_BASE_URL=http://localhost:11434/v1 OPENAI_MODEL=qwen3 OPENAI_API_KEY=… npm run example -- 05 "What is 19 + 23?"
 * Works with any endpoint that speaks OpenAI's protocol, on this machine or elsewhere.
 */
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { chatAgent } from './agent.js'

const { OPENAI_BASE_URL: url, OPENAI_MODEL: model = 'gpt-4o-mini', CHAT_DB: file = 'chat.db' } = process.env
const question = process.argv[2] ?? 'What is 19 + 23, and what time is it in Lisbon?'
if (!url) {
  console.error('set OPENAI_BASE_URL, and OPENAI_MODEL and OPENAI_API_KEY where the endpoint wants them')
  process.exit(2)
}

await using refold = await createRuntime({ store: await storeFrom(file), agents: [chatAgent] })
const agent = await refold.start(chatAgent, { id: `chat-${Date.now()}`, input: { url, model, question } })
const { context } = await agent.waitFor((state) => state.matches('answered'))
console.log(context.messages.at(-1)?.content)
console.log(`(${context.messages.length} messages, ${context.tokens} tokens)`)
