/** Where an agent is that comes to wait for a person and stays in its state. */
import { describe, expect, test } from 'vitest'
import { createClient } from '../../api/create-client.js'
import { controlledBody } from '../../api/controlled-body.fixture.js'
import { ManualTime, settle } from '../../api/manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess } from '../../api/process.fixture.js'
import { workAgent } from '../../api/work-agent.fixture.js'
import type { WorkOptions } from '../../api/work-agent.fixture.js'
import { headerOf } from '../../record/header.js'
import { memoryLog, memoryStore } from '../../store/memory-store.js'
import { inboxProjection } from './inbox.js'

async function scene(options: Partial<WorkOptions> = {}) {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' }, ...options })
  const open = () => startProcess({ log, time, agents: [definition] })
  const process = await open()
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  const inbox = async () => {
    const client = await createClient({ store: memoryStore(log), agents: [definition] })
    const projection = await client.project(inboxProjection({ agents: [definition] }))
    await projection.at(await client.attach(definition, '1'))
    const document = await projection.get('work-1')
    await client.close()
    return document
  }
  const newest = async () => headerOf((await eventsOf(log, 'work-1')).at(-1)?.metadata)
  return { time, work, process, open, agent, inbox, newest }
}

describe('PRJ-159 the inbox says in which states an agent waits', () => {
  test('PRJ-159 REC-27 that comes into doubt by a takeover', async () => {
    const { time, process, open, inbox, newest } = await scene()
    expect(await inbox()).toBeUndefined()
    process.die()
    await open()
    await outliveLease(time)
    expect(await newest()).toMatchObject({ inDoubt: 1, standsIn: ['working'] })
    expect(await inbox()).toMatchObject({ active: ['working'], inDoubt: [{ src: 'work', why: 'interrupted' }] })
  })

  test('PRJ-159 that comes into doubt by a time-out, and not any more once it has moved on', async () => {
    const { time, work, agent, inbox, newest } = await scene({ policy: { safety: 'never-retry', timeoutMs: 1_000 } })
    await time.advance(1_000)
    expect(await inbox()).toMatchObject({ active: ['working'], inDoubt: [{ why: 'timeout' }] })
    work.last.resolve('after all')
    await settle()
    expect(agent.getSnapshot().value).toBe('worked')
    expect(await inbox()).toBeUndefined()
    expect((await newest())?.standsIn).toBeUndefined()
  })

  test('PRJ-159 that is blocked by the outcome that its chart cannot take', async () => {
    const { work, inbox } = await scene({
      onOutcome: () => {
        throw new Error('no')
      },
    })
    work.last.resolve('paid')
    await settle()
    expect(await inbox()).toMatchObject({ active: ['working'], blockedSince: expect.any(Number) as number })
  })
})
