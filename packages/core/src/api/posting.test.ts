/** Events that no one awaits. */
import { expect, test, vi } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

async function parked() {
  const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
  const process = await startProcess({ log: memoryLog(), agents: [definition] })
  return { ...process, agent: await process.runtime.start(definition, { id: '1' }) }
}

test('SND-14 an event that is posted is sent, and what refuses it is told to onReport and rejects nowhere', async () => {
  const unhandled = vi.fn<(reason: unknown) => void>()
  globalThis.process.on('unhandledRejection', unhandled)
  const { agent, runtime, reports } = await parked()
  agent.post({ type: 'note', text: 'a' })
  agent.post({ type: 'leave' })
  agent.post({ type: 'note' } as never, { id: '' })
  agent.post(null as never)
  await settle()
  expect(agent.getSnapshot().context.notes).toEqual(['a'])
  const told = reports.map(({ code, agent: of, facts }) => ({ code, of, event: facts?.['event'] }))
  expect(told).toHaveLength(3)
  for (const [code, event] of [
    ['EVENT_NOT_ACCEPTED', 'leave'],
    ['INVALID_EVENT', undefined],
    ['INVALID_ID', 'note'],
  ])
    expect(told).toContainEqual({ code, of: { name: 'work', id: '1' }, event })
  await runtime.close()
  agent.post({ type: 'note', text: 'b' })
  await new Promise((resolve) => void setImmediate(resolve))
  expect(reports.at(-1)).toMatchObject({ code: 'CLOSED', facts: { event: 'note' } })
  expect(unhandled).not.toHaveBeenCalled()
  globalThis.process.off('unhandledRejection', unhandled)
})
