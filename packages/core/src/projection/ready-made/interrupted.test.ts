/** What a crash left in doubt is in the inbox: no record of the effect tells it. */
import { expect, test } from 'vitest'
import { createClient } from '../../api/create-client.js'
import { controlledBody } from '../../api/controlled-body.fixture.js'
import { ManualTime, settle } from '../../api/manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess } from '../../api/process.fixture.js'
import { workAgent } from '../../api/work-agent.fixture.js'
import { memoryLog, memoryStore } from '../../store/memory-store.js'
import { inboxProjection } from './inbox.js'

test('PRJ-51 a payment that a crash left in doubt waits in the inbox until someone settles it', async () => {
  const log = memoryLog()
  const time = new ManualTime()
  const definition = workAgent({ body: controlledBody().body, policy: { safety: 'never-retry' } })
  const process = await startProcess({ log, time, agents: [definition] })
  await process.runtime.start(definition, { id: '1' })
  await settle()
  process.die()
  const next = await startProcess({ log, time, agents: [definition] })
  await outliveLease(time)
  const agent = await next.runtime.attach(definition, '1')
  const [doubt] = await agent.inDoubt()
  const { effect = '', src, inDoubt } = doubt ?? {}
  const claim = (await eventsOf(log, 'work-1'))[inDoubt?.revision ?? 0]
  expect(claim).toMatchObject({ type: 'refold.claimed', data: { inDoubt: [{ effect, src, why: 'interrupted' }] } })

  const client = await createClient({ store: memoryStore(log), agents: [definition] })
  const inbox = await client.project(inboxProjection({ agents: [definition] }))
  const waits = { inDoubt: [{ effect, src: 'work', why: 'interrupted', since: inDoubt?.since }] }
  const looked = async (): Promise<unknown> => {
    await inbox.at(agent)
    return inbox.get('work-1')
  }
  expect(await looked()).toMatchObject(waits)
  await agent.resolve(effect, { complete: 7 })
  expect(await looked()).toBeUndefined()
  await client.close()
})
