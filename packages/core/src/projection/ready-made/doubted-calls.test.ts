/** Tool calls whose effects no one knows the outcome of: the transcript says so, and stays valid. */
import { expect, test } from 'vitest'
import { controlledBody } from '../../api/controlled-body.fixture.js'
import { createClient } from '../../api/create-client.js'
import { ManualTime, settle } from '../../api/manual-time.fixture.js'
import { outliveLease, startProcess } from '../../api/process.fixture.js'
import { workAgent } from '../../api/work-agent.fixture.js'
import type { JsonValue } from '../../json/json-value.js'
import { memoryLog, memoryStore } from '../../store/memory-store.js'
import { effectCostsProjection } from './effect-costs.js'
import { transcriptProjection } from './transcript.js'

interface Message {
  readonly text: string
  readonly call?: string
  readonly calls?: readonly string[]
}

const work = controlledBody()
const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })

const transcripts = transcriptProjection<typeof definition, Message>({
  agents: [definition],
  messages: ({ event }) => {
    if (event.type === 'refold.started') return [{ text: 'pay it', calls: ['pay'] }]
    return event.type === 'refold.effect.done'
      ? [{ call: 'pay', text: `paid ${String(event.data.output)}` }]
      : undefined
  },
  calls: ({ calls }) => calls ?? [],
  answers: ({ call }) => (call === undefined ? [] : [call]),
  missing: (call, { why }) => ({ call, text: why }),
  callOf: (_record, { src }) => (src === 'work' ? 'pay' : undefined),
})

test('PRJ-56 PRJ-31 a call whose effect a takeover left in doubt says so, then what became of it', async () => {
  const log = memoryLog()
  const time = new ManualTime()
  const first = await startProcess({ log, time, agents: [definition] })
  await first.runtime.start(definition, { id: '1' })
  await settle()
  first.die()
  const { runtime } = await startProcess({ log, time, agents: [definition] })
  await outliveLease(time)
  const agent = await runtime.attach(definition, '1')

  const client = await createClient({ store: memoryStore(log), agents: [definition] })
  const [transcript, costs] = [
    await client.project(transcripts),
    await client.project(effectCostsProjection({ agents: [definition] })),
  ]
  const answers = async (): Promise<JsonValue> => {
    await transcript.at(agent)
    const { messages = [] } = (await transcript.get('work-1')) as { messages?: readonly Message[] }
    expect(messages.map(({ calls, call }) => calls ?? call)).toEqual([['pay'], 'pay'])
    return messages[1]?.text ?? null
  }
  expect(await answers()).toBe('in-doubt')
  await costs.at(agent)
  expect(await costs.get('work-1')).toMatchObject({ sources: { work: { doubts: 1, attempts: 0 } } })

  const [doubt] = await agent.inDoubt()
  await agent.resolve(doubt?.effect ?? '', { again: true, force: true })
  expect(await answers()).toBe('pending')
  await settle()
  await agent.send({ type: 'leave' })
  expect(await answers()).toBe('abandoned')
  await agent.cancel()
  expect(await answers()).toBe('abandoned')
  await agent.resolve(doubt?.effect ?? '', { complete: 7 })
  expect(await answers()).toBe('paid 7')
  await client.close()
})
