/** An agent that is cancelled, and the detached children that it has: they go on, or are cancelled with it. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import type { Runtime } from '../public/runtime.js'
import { boss, deputy, helper } from './detached-children.fixture.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'

const agents = [boss, deputy, helper]
const MINUTE = 60_000

/** With two helpers, and a deputy who has one. */
async function working() {
  const log = memoryLog()
  const process = await startProcess({ log, agents })
  const agent = await process.runtime.start(boss, { id: 'b' })
  await agent.send({ type: 'ask', id: 'silent' })
  await agent.send({ type: 'ask and wait', id: 'loud' })
  await agent.send({ type: 'appoint' })
  await settle()
  const second = await process.runtime.attach(deputy, 'd')
  await second.send({ type: 'ask and wait', id: 'below' })
  await settle()
  return { log, process, agent }
}

async function statuses(runtime: Runtime): Promise<Readonly<Record<string, string>>> {
  const found = await runtime.find()
  return Object.fromEntries(found.map(({ stream, status }) => [stream, status]))
}

const GO_ON = { 'helper-silent': 'active', 'helper-loud': 'active', 'deputy-d': 'active', 'helper-below': 'active' }
const ALL_STOPPED = {
  'boss-b': 'stopped',
  'helper-silent': 'stopped',
  'helper-loud': 'stopped',
  'deputy-d': 'stopped',
  'helper-below': 'stopped',
}

describe('MSG-21 the detached children of an agent', () => {
  test('MSG-21 stand in its state until they have told their end, also those that no chart hears of', async () => {
    const { agent, process, log } = await working()
    expect(agent.getSnapshot().detachedChildren).toEqual([
      { name: 'helper', id: 'silent' },
      { name: 'helper', id: 'loud' },
      { name: 'deputy', id: 'd' },
    ])
    for (const id of ['silent', 'loud']) await (await process.runtime.attach(helper, id)).send({ type: 'end' })
    await settle()
    expect(agent.getSnapshot()).toMatchObject({
      detachedChildren: [{ name: 'deputy', id: 'd' }],
      context: { heard: ['helped'] },
    })
    expect((await typesOf(log, 'boss-b')).slice(-2).toSorted()).toEqual(['helped', 'refold.child.ended'])
    const told = (await eventsOf(log, 'boss-b')).find(({ type }) => type === 'refold.child.ended')
    expect(told?.data).toEqual({ agent: { name: 'helper', id: 'silent' } })
    await process.runtime.close()
  })

  test('MSG-21 are those that were really started: an id that is taken adds none', async () => {
    const { agent, process } = await working()
    await process.runtime.start(helper, { id: 'taken' })
    await agent.send({ type: 'ask and wait', id: 'taken' })
    await agent.send({ type: 'ask and wait', id: 'loud' })
    await settle()
    expect(agent.getSnapshot().detachedChildren).toHaveLength(3)
    await (await process.runtime.attach(helper, 'loud')).send({ type: 'end' })
    await settle()
    expect(agent.getSnapshot().detachedChildren).toHaveLength(2)
    await process.runtime.close()
  })

  test('MSG-21 tell it their end when it has ended itself', async () => {
    const { agent, process } = await working()
    expect((await agent.cancel()).detachedChildren).toHaveLength(3)
    for (const id of ['silent', 'loud']) await (await process.runtime.attach(helper, id)).send({ type: 'end' })
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ status: 'stopped', detachedChildren: [{ name: 'deputy', id: 'd' }] })
    await process.runtime.close()
  })
})

describe('INT-18 cancelling an agent with detached children', () => {
  test('INT-18 leaves them, and says which go on', async () => {
    const { agent, process } = await working()
    const state = await agent.cancel()
    await settle()
    expect(state.detachedChildren.map(({ id }) => id)).toEqual(['silent', 'loud', 'd'])
    expect(await statuses(process.runtime)).toEqual({ ...GO_ON, 'boss-b': 'stopped' })
    await process.runtime.close()
  })

  test('INT-18 cancels them, and theirs, in the same name when it is told to', async () => {
    const { agent, process, log } = await working()
    await agent.cancel({ children: 'cancel', by: 'ana', reason: 'sold out' })
    await expect.poll(() => agent.getSnapshot().detachedChildren).toEqual([])
    expect(await statuses(process.runtime)).toEqual(ALL_STOPPED)
    for (const stream of Object.keys(ALL_STOPPED)) {
      const ended = (await eventsOf(log, stream)).find(({ type }) => type === 'refold.cancelled')
      expect(ended?.metadata, stream).toMatchObject({ refold: { by: 'ana', reason: 'sold out' } })
      expect(ended?.data, stream).toEqual({ children: 'cancel' })
    }
    await process.runtime.close()
  })

  test('INT-18 gives them the same deadline, and leaves those that the chart starts to undo its work', async () => {
    const { agent, process } = await working()
    const { cancelling } = await agent.cancel({ children: 'cancel', deadlineMs: MINUTE, by: 'ana' })
    await settle()
    const below = await process.runtime.attach(helper, 'below')
    expect(below.getSnapshot()).toMatchObject({
      value: 'undoing',
      context: { asked: { by: 'ana', deadlineAt: cancelling?.deadlineAt } },
    })
    await below.send({ type: 'end' })
    await process.time.advance(MINUTE)
    expect(await statuses(process.runtime)).toEqual({ ...ALL_STOPPED, 'helper-below': 'done', 'helper-last': 'active' })
    await process.runtime.close()
  })

  test('INT-18 reaches all of them when the process dies before any was told', async () => {
    const { process, log } = await working()
    process.die()
    const client = await startProcess({ log, agents, time: process.time, worker: false })
    const state = await (await client.runtime.attach(boss, 'b')).cancel({ children: 'cancel' })
    expect(state).toMatchObject({
      status: 'stopped',
      detachedChildren: [{ id: 'silent' }, { id: 'loud' }, { id: 'd' }],
    })
    expect(await statuses(client.runtime)).toEqual({ ...GO_ON, 'boss-b': 'stopped' })
    const next = await startProcess({ log, agents, time: process.time })
    await outliveLease(process.time)
    expect(await statuses(next.runtime)).toEqual(ALL_STOPPED)
    await Promise.all([client.runtime.close(), next.runtime.close()])
  })

  test('INT-18 stops those whose definition is registered elsewhere, or gives their chart the time that it is given', async () => {
    const { process, log } = await working()
    await process.runtime.close()
    const here = await startProcess({ log, agents: [boss, deputy], time: process.time })
    const second = await here.runtime.attach(deputy, 'd')
    await second.cancel({ children: 'cancel', deadlineMs: MINUTE })
    await settle()
    expect(await statuses(here.runtime)).toEqual({ ...GO_ON, 'boss-b': 'active' })
    const there = await startProcess({ log, agents: [helper], time: process.time })
    await settle()
    expect((await there.runtime.attach(helper, 'below')).getSnapshot().value).toBe('undoing')
    await there.runtime.close()
    await (await here.runtime.attach(boss, 'b')).cancel({ children: 'cancel' })
    await settle()
    expect(await statuses(here.runtime)).toEqual(ALL_STOPPED)
    await here.runtime.close()
  })

  test('INT-19 a child whose chart throws at it is blocked, and stopped at the deadline', async () => {
    const { agent, process } = await working()
    const loud = await process.runtime.attach(helper, 'loud')
    await loud.send({ type: 'break' })
    await agent.cancel({ children: 'cancel', deadlineMs: MINUTE })
    await settle()
    expect(loud.getSnapshot()).toMatchObject({ condition: 'blocked', status: 'active' })
    await process.time.advance(MINUTE)
    expect(loud.getSnapshot().status).toBe('stopped')
    await process.runtime.close()
  })

  test('INT-19 a child that has a nearer deadline keeps it, and passes the cancellation on', async () => {
    const { agent, process } = await working()
    const second = await process.runtime.attach(deputy, 'd')
    const { cancelling } = await second.cancel({ deadlineMs: 1_000 })
    await agent.cancel({ children: 'cancel', deadlineMs: MINUTE })
    await settle()
    expect(second.getSnapshot().cancelling).toEqual(cancelling)
    expect((await process.runtime.attach(helper, 'below')).getSnapshot().value).toBe('undoing')
    await process.runtime.close()
  })

  test('INT-18 refuses what is no answer', async () => {
    const { agent, process } = await working()
    await expect(agent.cancel({ children: 'stop' as never })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await process.runtime.close()
  })
})
