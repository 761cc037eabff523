/** Records in an agent's stream that are not Refold's, not of this release, or damaged. */
import { describe, expect, test } from 'vitest'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { JsonObject } from '../json/json-value.js'
import { advance } from '../record/revision.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import { systemWorld } from '../world/system-world.js'

/** Another team, or another release, appends to the stream. */
async function appendTo(log: MemoryLog, stream: string, event: { type: string; metadata: JsonObject }): Promise<void> {
  const store = memoryStore(log)
  const head = (await eventsOf(log, stream)).at(-1)?.revision ?? 'no_stream'
  await store.append(stream, [{ id: systemWorld.newId(), data: { anything: true }, ...event }], { expected: head })
  await store.close()
}

async function began() {
  const log = memoryLog()
  const time = new ManualTime()
  const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
  const process = await startProcess({ log, time, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  const open = () => startProcess({ log, time, agents: [definition] })
  return { log, time, definition, process, agent, open }
}

const PLAIN = { type: 'audited', metadata: { by: 'another team' } }
const NEWER = {
  type: 'note',
  metadata: { refold: { v: 99, agent: 'work@1', at: 1, input: { kind: 'event' }, body: 'of another kind' } },
}
const DAMAGED = {
  type: 'note',
  metadata: {
    refold: {
      v: 0,
      agent: 'work@1',
      at: 1,
      input: { kind: 'event' },
      body: { patch: [{ op: 'replace', path: '/state/nowhere/at/all', value: 1 }] },
    },
  },
}

describe('FOLD-2 a record without a valid header', () => {
  test('FOLD-2 folds as no change and is reported, while the agent lives', async () => {
    const { log, process, agent } = await began()
    await agent.send({ type: 'note', text: 'a' })
    await appendTo(log, 'work-1', PLAIN)
    await settle()
    expect(process.reports).toMatchObject([{ code: 'FOREIGN_RECORD', agent: { name: 'work', id: '1' } }])
    expect(await agent.send({ type: 'note', text: 'b' })).toMatchObject({
      context: { notes: ['a', 'b'] },
      revision: 3n,
    })
  })

  test('FOLD-2 and when the agent is loaded', async () => {
    const { log, definition, process, open } = await began()
    await process.runtime.close()
    await appendTo(log, 'work-1', PLAIN)
    const next = await open()
    const agent = await next.runtime.attach(definition, '1')
    expect(next.reports).toMatchObject([{ code: 'FOREIGN_RECORD' }])
    expect(agent.getSnapshot()).toMatchObject({ value: 'parked', revision: 1n })
  })

  test('REC-7 changes nothing of the time of the records that follow', async () => {
    const { log, process, definition, open } = await began()
    process.clock.skewMs += 3_600_000
    await (await process.runtime.attach(definition, '1')).send({ type: 'note', text: 'from the future' })
    await process.runtime.close()
    await appendTo(log, 'work-1', PLAIN)
    const next = await open()
    await (await next.runtime.attach(definition, '1')).send({ type: 'note', text: 'now' })
    const times = (await eventsOf(log, 'work-1'))
      .map(({ metadata }) => (metadata as { refold?: { at: number } }).refold?.at)
      .filter((at) => at !== undefined)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[2]).toBe(times[1])
  })

  test('is passed over by those who read the events', async () => {
    const { log, agent } = await began()
    await appendTo(log, 'work-1', PLAIN)
    await agent.send({ type: 'note', text: 'a' })
    const seen: string[] = []
    agent.eventsFrom(advance('no_stream')).subscribe(({ type }) => seen.push(type))
    await settle()
    expect(seen).toEqual(['refold.started', 'note'])
  })
})

describe('RCV-8 an agent that cannot be read', () => {
  test.each([
    ['of a newer format', NEWER, 'NEWER_FORMAT'],
    ['that is damaged', DAMAGED, 'UNREADABLE'],
  ] as const)('RCV-8 FOLD-3 because of a record %s is not touched, and stops no other', async (_what, record, code) => {
    const { log, definition, process, open } = await began()
    await process.runtime.start(definition, { id: '2' })
    await process.runtime.close()
    await appendTo(log, 'work-1', record)
    const next = await open()
    await expect(next.runtime.attach(definition, '1')).rejects.toMatchObject({ code })
    await expect(next.runtime.start(definition, { id: '1' })).rejects.toMatchObject({ code })
    expect(
      (await (await next.runtime.attach(definition, '2')).send({ type: 'note', text: 'a' })).context.notes,
    ).toEqual(['a'])
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'note'])
  })

  test('RCV-8 while it lives is stopped and reported, with what is stored untouched', async () => {
    const { log, process, agent } = await began()
    await appendTo(log, 'work-1', DAMAGED)
    await settle()
    expect(process.reports).toMatchObject([{ code: 'UNREADABLE', agent: { name: 'work', id: '1' } }])
    await expect(agent.send({ type: 'note', text: 'b' })).rejects.toMatchObject({ code: 'UNREADABLE' })
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'note'])
  })

  test('RCV-8 with effects to perform is reported by the worker that looks for some', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body })
    const first = await startProcess({ log, agents: [definition] })
    for (const id of ['1', '2']) await first.runtime.start(definition, { id })
    await first.runtime.close()
    await appendTo(log, 'work-1', DAMAGED)
    const next = await startProcess({ log, agents: [definition], time: first.time })
    expect(next.reports).toMatchObject([{ code: 'UNREADABLE', agent: { id: '1' } }])
    expect(await next.runtime.recovered).toMatchObject({ agents: 1, effects: 1, reports: [{ code: 'UNREADABLE' }] })
    expect(await typesOf(log, 'work-2')).toContain('refold.claimed')
  })
})
