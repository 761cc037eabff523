/** An event that is meant for one state of its agent. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-log.js'
import { toRevision } from '../record/revision.js'
import { controlledBody } from './controlled-body.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const parked = workAgent({ body: controlledBody().body, initial: 'parked' })

async function twoProcesses() {
  const log = memoryLog()
  const [one, other] = [await startProcess({ log, agents: [parked] }), await startProcess({ log, agents: [parked] })]
  const agent = await one.runtime.start(parked, { id: '1' })
  const again = await other.runtime.attach(parked, '1')
  return { log, agent, again, types: () => typesOf(log, 'work-1') }
}

describe('an expected revision', () => {
  test('SND-47 is that of the newest record, whichever process wrote it', async () => {
    const { agent, again, types } = await twoProcesses()
    const { revision } = await agent.send({ type: 'note', text: 'a' }, { expectedRevision: 0 })
    expect(revision).toBe(1n)
    await again.send({ type: 'note', text: 'b' }, { expectedRevision: revision })
    const before = await types()
    await expect(agent.send({ type: 'note', text: 'c' }, { expectedRevision: 1 })).rejects.toMatchObject({
      code: 'WRONG_REVISION',
    })
    await expect(agent.send({ type: 'note', text: 'c' }, { expectedRevision: 99 })).rejects.toMatchObject({
      code: 'WRONG_REVISION',
    })
    expect(await types()).toEqual(before)
  })

  test('SND-47 of two that are sent at once to the same revision one is taken', async () => {
    const { agent, again, types } = await twoProcesses()
    const sent = await Promise.allSettled(
      [agent, again].map((one) => one.send({ type: 'note', text: 'a' }, { expectedRevision: 0 })),
    )
    expect(sent.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(sent.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'WRONG_REVISION' })
    expect(await types()).toEqual(['refold.started', 'note'])
  })

  test('SND-47 an event whose id is known is the same event, whatever came since', async () => {
    const { agent, types } = await twoProcesses()
    const options = { id: 'once', expectedRevision: 0 }
    await agent.send({ type: 'note', text: 'a' }, options)
    await agent.send({ type: 'note', text: 'a' }, options)
    expect(await types()).toEqual(['refold.started', 'note'])
  })

  test.each([-1, 1.5, '1', null, toRevision(0) - 1n])('SND-47 %s is no revision', async (expectedRevision) => {
    const { agent } = await twoProcesses()
    await expect(
      agent.send({ type: 'note', text: 'a' }, { expectedRevision: expectedRevision as never }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'expectedRevision' } })
  })
})
