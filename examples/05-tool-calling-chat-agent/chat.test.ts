import { createRuntime, toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { lastValueFrom, takeWhile, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { moment } from '../moment.fixture.js'
import { runExample, startExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { chatAgent } from './agent.js'
import { call, modelServer } from './model-server.fixture.js'
import type { Answer } from './model-server.fixture.js'

const twoTools: Answer = {
  calls: [call('c1', 'add', { a: 19, b: 23 }), call('c2', 'time_in', { zone: 'Europe/Lisbon' })],
}
const answers: readonly Answer[] = [twoTools, { tokens: ['It ', 'is ', '42.'] }]
const script = (_asked: unknown, index: number): Answer => answers[index] ?? { tokens: ['…'] }

it('calls the tools in parallel, gives the results to the model, and answers', async () => {
  await using server = await modelServer(script)
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [chatAgent] })
  const agent = await refold.start(chatAgent, {
    id: '1',
    input: { url: server.url, model: 'm', question: 'What is 19 + 23?' },
  })
  const { context } = await agent.waitFor((state) => state.matches('answered'))
  expect(context.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant'])
  expect(context.messages.at(-1)?.content).toBe('It is 42.')
  expect(context.tokens).toBe(30)
  const results = server.asked[1]?.body.messages.filter(({ role }) => role === 'tool')
  expect(results).toContainEqual({ role: 'tool', tool_call_id: 'c1', content: '42' })
  // Both tools were begun by one record: neither waited for the other.
  const events = await lastValueFrom(
    agent.eventsFrom(toRevision(0)).pipe(
      takeWhile(({ revision }) => revision < context.messages.length - 1, true),
      toArray(),
    ),
  )
  expect(events.map(({ type }) => type)).toEqual([
    'refold.started',
    'refold.effect.done',
    'refold.effect.done',
    'refold.effect.done',
    'refold.effect.done',
  ])
  expect((await agent.stateAt(toRevision(1))).effects.map(({ src }) => src)).toEqual(['callTool', 'callTool'])
})

it('streams tokens to who watches, and stores none of them', async () => {
  const watched = moment()
  await using server = await modelServer(async () => (await watched.come, { tokens: ['Hel', 'lo'] }))
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [chatAgent] })
  const agent = await refold.start(chatAgent, { id: '1', input: { url: server.url, model: 'm', question: 'Hi' } })
  const chunks: unknown[] = []
  agent.progress$.subscribe(({ chunk }) => chunks.push(chunk))
  watched.reach()
  const { revision } = await agent.waitFor((state) => state.matches('answered'))
  expect(chunks).toEqual([{ token: 'Hel' }, { token: 'lo' }])
  expect(revision).toBe(1n)
})

it('tells the model what went wrong in a tool', async () => {
  const wrong: Answer = { calls: [call('c1', 'add', 'not JSON'), call('c2', 'nothing', {})] }
  await using server = await modelServer((_asked, index) => (index === 0 ? wrong : { tokens: ['Sorry.'] }))
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [chatAgent] })
  const agent = await refold.start(chatAgent, { id: '1', input: { url: server.url, model: 'm', question: '?' } })
  const { context } = await agent.waitFor((state) => state.matches('answered'))
  const results = context.messages.filter(({ role }) => role === 'tool').map(({ content }) => content)
  expect(results).toContainEqual(expect.stringMatching(/^failed: .*JSON/))
  expect(results).toContainEqual("failed: there is no tool 'nothing'; there are: add, time_in")
})

it('asks again when the answer was cut, and not when the endpoint refuses the request', async () => {
  const given: readonly Answer[] = [
    { tokens: ['It '], isCut: true },
    { tokens: ['It ', 'is ', '42.'] },
    { status: 400 },
  ]
  await using server = await modelServer((_asked, index) => given[index] ?? { tokens: ['…'] })
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [chatAgent] })
  const agent = await refold.start(chatAgent, { id: '1', input: { url: server.url, model: 'm', question: '?' } })
  const { context } = await agent.waitFor((state) => state.matches('answered'))
  expect(context.messages.at(-1)?.content).toBe('It is 42.')
  await agent.send({ type: 'ask', question: 'and now?' })
  await expect(agent.done()).rejects.toThrow('answered 400')
  expect(server.asked).toHaveLength(3)
})

it('goes on with the conversation', async () => {
  await using server = await modelServer((_asked, index) => ({ tokens: [`answer ${index + 1}`] }))
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [chatAgent] })
  const agent = await refold.start(chatAgent, { id: '1', input: { url: server.url, model: 'm', question: 'one' } })
  await agent.waitFor((state) => state.matches('answered'))
  await agent.send({ type: 'ask', question: 'two' })
  const { context } = await agent.waitFor((state) => state.matches('answered') && state.context.messages.length === 4)
  expect(context.messages.map(({ content }) => content)).toEqual(['one', 'answer 1', 'two', 'answer 2'])
})

it('does not pay for the first answer again when it is killed while it waits for the second', async () => {
  const file = tempFile()
  const secondCall = moment()
  let isKilled = false
  await using server = await modelServer(async (_asked, index) => {
    if (index === 0) return twoTools
    secondCall.reach()
    // The process that asks first for the final answer never gets it.
    return isKilled ? { tokens: ['It is 42.'] } : new Promise<Answer>(() => {})
  })
  const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'secret', CHAT_DB: file }
  const first = startExample('05-tool-calling-chat-agent/main', ['What is 19 + 23?'], { env })
  await secondCall.come
  first.child.kill('SIGKILL')
  await first.ended
  isKilled = true
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [chatAgent] })
  const { effects } = await refold.recovered
  expect(effects).toBe(1)
  await expect.poll(() => server.asked.length).toBe(3)
  const [one, two, three] = server.asked.map(({ headers }) => headers['idempotency-key'])
  expect(two).toBe(three)
  expect(one).not.toBe(two)
  expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer secret',
    'Bearer secret',
    undefined,
  ])
})

it('says what it needs when no endpoint is given', async () => {
  const { code, stderr } = await runExample('05-tool-calling-chat-agent/main', [], { env: { OPENAI_BASE_URL: '' } })
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('set OPENAI_BASE_URL') })
})
