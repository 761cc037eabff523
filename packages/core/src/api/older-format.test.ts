/** Agents of a file that an older release wrote, before format v 0 was changed. */
import { expect, test } from 'vitest'
import type { JsonValue } from '../json/json-value.js'
import { examineStore } from '../history/examine-store.js'
import { openHistory } from '../history/open-history.js'
import { planRecovery } from '../plan/plan-recovery.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createClient } from './create-client.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outliveLease, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const definition = workAgent({ body: controlledBody().body, policy: { safety: 'never-retry' } })

/** A payment in doubt, as releases wrote it that did not record since which revision. */
async function olderLog(): Promise<MemoryLog> {
  const [log, older, time] = [memoryLog(), memoryLog(), new ManualTime()]
  const first = await startProcess({ log, time, agents: [definition] })
  await first.runtime.start(definition, { id: '1' })
  await settle()
  first.die()
  await startProcess({ log, time, agents: [definition] })
  await outliveLease(time)
  const from = memoryStore(log)
  const to = memoryStore(older)
  for await (const page of from.read('work-1'))
    for (const { id, type, data, metadata, revision } of page)
      await to.append('work-1', [{ id, type, data, metadata: withoutRevision(metadata) }], {
        expected: revision === 0n ? 'no_stream' : ((revision - 1n) as typeof revision),
      })
  return older
}

function withoutRevision(metadata: JsonValue): JsonValue {
  const text = JSON.stringify(metadata, (key, value: unknown) =>
    key === 'value' && typeof value === 'object' && value !== null && 'why' in value
      ? { ...value, revision: undefined }
      : value,
  )
  return JSON.parse(text) as JsonValue
}

test('FOLD-19 what an older release wrote otherwise is told to be so, and what reads it', async () => {
  const log = await olderLog()
  const store = memoryStore(log)
  const said = /format v 0 was changed.*release that wrote it/
  const client = await createClient({ store, agents: [definition], onReport: () => {} })
  const error = await client.attach(definition, '1').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'UNREADABLE', hint: expect.stringMatching(said) as unknown })
  const history = await openHistory(store, 'work-1')
  await expect(history.at(history.last)).rejects.toMatchObject({
    code: 'UNREADABLE',
    hint: expect.stringMatching(said) as unknown,
  })
  expect((await examineStore(store)).findings).toMatchObject([
    { trouble: 'UNREADABLE', stream: 'work-1', remedy: expect.stringMatching(said) as unknown },
  ])
  const { troubled } = await planRecovery({ store, agents: [definition] })
  expect(troubled).toMatchObject([{ code: 'UNREADABLE', agent: { name: 'work', id: '1' } }])
  await client.close()
})
