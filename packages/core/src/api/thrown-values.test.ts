/** What is thrown need not be an error, and is told all the same. */
import { setup } from 'xstate'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { transcriptProjection } from '../projection/ready-made/transcript.js'
import type { TypesOf } from '../definition/agent-types.js'
import type { AgentEvent } from '../public/events.js'
import type { AgentFault, Thrown } from '../public/state.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createClient } from './create-client.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, startProcess } from './process.fixture.js'

/** Ends with what its effect throws. */
async function failedWith(thrown: unknown) {
  const log = memoryLog()
  const work = effect<string>(async () => {
    throw thrown
  })
  const machine = setup({ types: { events: {} as { type: 'go' } }, actors: { work } }).createMachine({
    initial: 'working',
    states: { working: { invoke: { src: 'work', onDone: 'worked' } }, worked: { type: 'final' } },
  })
  const definition = defineAgent({ name: 'thrower', version: 1, machine })
  const { runtime } = await startProcess({ log, agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  await settle()
  return { log, agent, definition }
}

describe('EFF-163 what is thrown and is no error', () => {
  test.each([
    ['a text', 'no more', 'no more', 'no more'],
    ['a number', 5, 5, '5'],
    ['null', null, null, 'null'],
    ['nothing', undefined, undefined, 'undefined'],
    ['data', { status: 503 }, { status: 503 }, '{"status":503}'],
    ['an error', new TypeError('no'), { name: 'TypeError', message: 'no' }, 'no'],
  ])(
    'EFF-163 %s is what the state has as its error, and those who wait are told it in words',
    async (_what, thrown, error, text) => {
      const { log, agent } = await failedWith(thrown)
      const state = agent.getSnapshot()
      expect(state).toMatchObject({ status: 'error', error })
      expect((await eventsOf(log, 'thrower-1')).at(-1)?.data).toMatchObject(error === undefined ? {} : { error })
      await expect(agent.done()).rejects.toMatchObject({ code: 'AGENT_FAILED', message: `thrower-1 failed: ${text}` })
      await expect(agent.waitFor((now) => now.matches('worked'))).rejects.toMatchObject({
        code: 'NOT_ACTIVE',
        message: `the state does not come any more: thrower-1 failed: ${text}`,
      })
    },
  )

  test('EFF-163 the types say so, and that a failure after which another attempt follows has an error', async () => {
    const { agent, definition } = await failedWith('x')
    const state = agent.getSnapshot()
    if (state.status === 'error') expectTypeOf(state.error).toEqualTypeOf<Thrown | undefined>()
    const look = (event: AgentEvent<TypesOf<typeof definition>>): void => {
      if (event.type !== 'refold.effect.failed') return
      if (event.data.retryAt === undefined) expectTypeOf(event.data.error).toEqualTypeOf<Thrown | undefined>()
      else expectTypeOf(event.data.error).toEqualTypeOf<AgentFault>()
    }
    expect(look).toBeTypeOf('function')
  })

  test('EFF-163 the transcript gives it as an error, with the text as its message', async () => {
    const { log, definition, agent } = await failedWith('no more')
    const client = await createClient({ store: memoryStore(log), agents: [definition] })
    interface Message {
      readonly calls?: readonly string[]
      readonly why?: string
      readonly error?: AgentFault
    }
    const transcripts = transcriptProjection({
      agents: [definition],
      messages: ({ event }): readonly Message[] => (event.type === 'refold.started' ? [{ calls: ['one'] }] : []),
      calls: ({ calls }) => calls ?? [],
      answers: () => [],
      missing: (_call, missing) => missing,
      callOf: () => 'one',
    })
    const projection = await client.project(transcripts)
    await projection.at(agent)
    expect(await projection.get('thrower-1')).toMatchObject({
      messages: [{ calls: ['one'] }, { why: 'failed', error: { name: 'Error', message: 'no more' } }],
    })
    await client.close()
  })
})
