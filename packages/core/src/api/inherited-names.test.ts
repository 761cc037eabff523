/** Names that every JavaScript object inherits, or that no record may reach: a chart, or a model, may choose them. */
import { describe, expect, it } from 'vitest'
import { assign, sendTo, setup, spawnChild, stopChild } from 'xstate'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { startProcess } from './process.fixture.js'

const counter = setup({
  types: { context: {} as { n: number }, events: {} as { type: 'count' } },
}).createMachine({
  context: { n: 0 },
  on: { count: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
})
const machine = setup({
  types: { events: {} as { type: 'spawn' | 'count' | 'stop'; id: string } },
  actors: { counter },
}).createMachine({
  on: {
    spawn: { actions: spawnChild('counter', { id: ({ event }) => event.id }) },
    count: { actions: sendTo(({ event }) => event.id, { type: 'count' }) },
    stop: { actions: stopChild(({ event }) => event.id) },
  },
})
const id = z.object({ id: z.string() })
const keeper = defineAgent({ name: 'keeper', version: 1, machine, events: { spawn: id, count: id, stop: id } })

describe.each(['toString', 'hasOwnProperty', '__defineGetter__'])('a child called %s', (name) => {
  it('STEP-81 is listed, hears what is sent to it, and is there after a restart', async () => {
    const log = memoryLog()
    const first = await startProcess({ log, agents: [keeper] })
    const agent = await first.runtime.start(keeper, { id: '1' })
    await agent.send({ type: 'spawn', id: name })
    await agent.send({ type: 'count', id: name })
    await first.runtime.close()
    const { runtime } = await startProcess({ log, agents: [keeper] })
    const again = await runtime.attach(keeper, '1')
    const { children } = await again.send({ type: 'count', id: name })
    expect(Object.keys(children)).toEqual([name])
    expect(Object.values(children)).toMatchObject([{ id: name, context: { n: 2 } }])
    expect(Object.keys((await again.send({ type: 'stop', id: name })).children)).toEqual([])
    await runtime.close()
  })

  it('STEP-81 gets no event where it is not there: the sender is refused', async () => {
    const { runtime } = await startProcess({ log: memoryLog(), agents: [keeper] })
    const agent = await runtime.start(keeper, { id: '1' })
    await expect(agent.send({ type: 'count', id: name })).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
    await runtime.close()
  })
})

it.each(['__proto__', 'constructor', 'prototype'])('STEP-81 a child called %s is refused', async (name) => {
  const log = memoryLog()
  const first = await startProcess({ log, agents: [keeper] })
  const agent = await first.runtime.start(keeper, { id: '1' })
  await expect(agent.send({ type: 'spawn', id: name })).rejects.toMatchObject({
    code: 'NOT_SERIALIZABLE',
    facts: { path: `/children/${name}` },
  })
  await expect(agent.send({ type: 'count', id: name })).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
  await first.runtime.close()
  const { runtime } = await startProcess({ log, agents: [keeper] })
  expect((await runtime.attach(keeper, '1')).getSnapshot().revision).toBe(0n)
  await runtime.close()
})
