/** Snapshots are a cache: used when they fit, ignored when they do not, never trusted. */
import { beforeEach, describe, expect, test } from 'vitest'
import { controlledBody } from '../api/controlled-body.fixture.js'
import { settle } from '../api/manual-time.fixture.js'
import { startProcess } from '../api/process.fixture.js'
import { workAgent } from '../api/work-agent.fixture.js'
import type { JsonObject } from '../json/json-value.js'
import { FIRST_REVISION } from '../record/revision.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { foldStream } from '../history/fold-stream.js'
import { agentLog } from './agent-log.js'

const REGISTER = 'snapshot-work-1'
const EVERY = 4

describe('a snapshot', () => {
  let store: Store
  let good: JsonObject

  beforeEach(async () => {
    const log = memoryLog()
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    const process = await startProcess({ log, agents: [definition], snapshots: { everyEvents: EVERY } })
    const agent = await process.runtime.start(definition, { id: '1' })
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) await agent.send({ type: 'note', text })
    await settle()
    await process.runtime.close()
    store = memoryStore(log)
    good = (await store.registers.get(REGISTER)) as JsonObject
  })

  const folded = async () => {
    const from: unknown[] = []
    const read: Store['read'] = (stream, options) => {
      from.push(options?.from)
      return store.read(stream, options)
    }
    const { state, head, lastAt, headId, records } = await foldStream(
      agentLog({
        append: (...given) => store.append(...given),
        readAll: (...given) => store.readAll(...given),
        subscribe: (...given) => store.subscribe(...given),
        registers: store.registers,
        read,
      }),
      'work-1',
    )
    return { from, records, result: { state, head, lastAt, headId } }
  }
  const fromTheFirst = async () => {
    await store.registers.remove(REGISTER)
    return (await folded()).result
  }

  test('RCV-2 is written every so many records, and folding from it gives what folding from the first record gives', async () => {
    expect(good['revision']).toBe(EVERY - 1)
    const { from, records, result } = await folded()
    expect(from).toEqual([BigInt(EVERY - 1)])
    expect(records).toBe(7 - EVERY)
    expect(JSON.stringify(result.state)).toBe(JSON.stringify((await fromTheFirst()).state))
    await store.registers.put(REGISTER, good)
    expect(result).toEqual(await fromTheFirst())
  })

  test.each<[string, (good: JsonObject) => unknown]>([
    ['of another format', (snapshot) => ({ ...snapshot, v: 99 })],
    ['of another incarnation', (snapshot) => ({ ...snapshot, incarnation: 'another' })],
    ['beyond the head', (snapshot) => ({ ...snapshot, revision: 999 })],
    ['whose record is not in the stream', (snapshot) => ({ ...snapshot, eventId: 'another' })],
    ['at a revision before the first', (snapshot) => ({ ...snapshot, revision: -1 })],
    ['at no revision', (snapshot) => ({ ...snapshot, revision: 1.5 })],
    ['that lacks its state', ({ state: _state, ...rest }) => rest],
    [
      'whose state is damaged',
      (snapshot) => ({ ...snapshot, state: { agent: { incarnation: snapshot['incarnation'] } } }),
    ],
    ['that is no object', () => 'damaged'],
    ['that is null', () => null],
  ])('RCV-3 one %s is ignored', async (_what, spoil) => {
    const expected = await fromTheFirst()
    await store.registers.put(REGISTER, spoil(good) as JsonObject)
    const { from, result } = await folded()
    expect(result).toEqual(expected)
    expect(from.at(-1)).toBe(FIRST_REVISION)
  })
})
