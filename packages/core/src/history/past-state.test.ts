/** The past of a stream that someone damaged. */
import { expect, test } from 'vitest'
import type { JsonValue } from '../json/json-value.js'
import { agentLog } from '../log/agent-log.js'
import { toRevision } from '../record/revision.js'
import { memoryStore } from '../store/memory-store.js'
import { stateAt } from './past-state.js'

const header = (patch: JsonValue) => ({ v: 0, agent: 'boat@1', at: 1, input: { kind: 'event' }, body: { patch } })

test.each<readonly [what: string, patch: JsonValue]>([
  ['holds an operation that is null', [null]],
  ['gives a state that no agent can be in', [{ op: 'add', path: '/state', value: 5 }]],
])('FOLD-3 FOLD-5 a moment whose record %s is refused as unreadable, with its revision', async (_what, patch) => {
  const store = memoryStore()
  const event = { id: crypto.randomUUID(), type: 'noted', data: null, metadata: { refold: header(patch) } }
  await store.append('boat-1', [event], { expected: 'no_stream' })
  const refused = { code: 'UNREADABLE', facts: { stream: 'boat-1', revision: 0n } }
  await expect(stateAt(agentLog(store), 'boat-1', toRevision(0))).rejects.toMatchObject(refused)
})
