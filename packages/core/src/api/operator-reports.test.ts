/** What needs a person is told, and told again at every start. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { outliveLease, startProcess } from './process.fixture.js'
import { settle } from './manual-time.fixture.js'
import { workAgent } from './work-agent.fixture.js'

describe('RCV-5 a blocked agent', () => {
  test('RCV-5 is reported when it blocks, and again by the next process', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const onOutcome = (): never => {
      throw new Error('cannot take it')
    }
    const definition = workAgent({ body: work.body, onOutcome })
    const first = await startProcess({ log, agents: [definition] })
    await first.runtime.start(definition, { id: '1' })
    await settle()
    work.last.resolve('it')
    await settle()
    expect(first.reports).toMatchObject([{ code: 'BLOCKED', agent: { name: 'work', id: '1' } }])
    await first.runtime.close()
    const next = await startProcess({ log, agents: [definition] })
    expect(next.reports).toMatchObject([{ code: 'BLOCKED' }])
    expect(await next.runtime.recovered).toMatchObject({ blocked: 1 })
  })
})

describe('EFF-15 an effect in doubt', () => {
  test('EFF-15 is counted and reported by every process that starts, until someone decides', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })
    const first = await startProcess({ log, agents: [definition] })
    await first.runtime.start(definition, { id: '1' })
    await settle()
    first.die()
    const second = await startProcess({ log, agents: [definition], time: first.time })
    await outliveLease(first.time)
    expect(second.reports).toMatchObject([{ code: 'IN_DOUBT' }])
    await second.runtime.close()
    const third = await startProcess({ log, agents: [definition], time: first.time })
    expect(third.reports).toMatchObject([{ code: 'IN_DOUBT' }])
    expect(await third.runtime.recovered).toMatchObject({ inDoubt: 1 })
    const agent = await third.runtime.attach(definition, '1')
    const [doubt] = await agent.inDoubt()
    await agent.resolve(String(doubt?.effect), { complete: 'it was paid' })
    await third.runtime.close()
    const last = await startProcess({ log, agents: [definition], time: first.time })
    expect(last.reports).toEqual([])
  })
})

describe('RCV-7 an agent that no one here can decide for', () => {
  const timed = (name: 'waits' | 'other', version: number) =>
    defineAgent({
      name,
      version,
      machine: setup({}).createMachine({ initial: 'a', states: { a: { after: { 60_000: 'b' } }, b: {} } }),
    })

  test('RCV-7 is reported when only a timer of it is due', async () => {
    const log = memoryLog()
    const [old, young] = [timed('waits', 1), timed('waits', 2)]
    const first = await startProcess({ log, agents: [old] })
    await first.runtime.start(old, { id: '1' })
    await first.runtime.close()
    await first.time.advance(60_000)
    const deployed = await startProcess({ log, agents: [young], time: first.time })
    expect(deployed.reports).toMatchObject([{ code: 'NEEDS_MIGRATION', agent: { id: '1' } }])
  })

  test('is logged once by its name when the definition is not registered: another service may share the store', async () => {
    const log = memoryLog()
    const [gone, other] = [timed('waits', 1), timed('other', 1)]
    const first = await startProcess({ log, agents: [gone] })
    await first.runtime.start(gone, { id: '1' })
    await first.runtime.start(gone, { id: '2' })
    await first.runtime.close()
    await first.time.advance(60_000)
    const deployed = await startProcess({ log, agents: [other], time: first.time })
    expect(deployed.reports).toEqual([])
    expect(deployed.logged).toEqual([{ level: 'debug', message: expect.stringContaining('agents of "waits"') }])
  })
})

test('a first look that fails for good is told, and the worker looks again', async () => {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const first = await startProcess({ log, agents: [definition] })
  await first.runtime.start(definition, { id: '1' })
  await first.runtime.close()
  let broken = true
  const next = await startProcess({
    log,
    agents: [definition],
    time: first.time,
    prepare: ({ store }) => {
      const { directory } = store
      const find = directory.find.bind(directory)
      directory.find = (query) => {
        if (broken) throw new RefoldError('STORE_FATAL', 'the directory is damaged')
        return find(query)
      }
    },
  })
  expect(next.reports).toMatchObject([{ code: 'STORE_FATAL' }])
  const began = work.runs.length
  broken = false
  await outliveLease(next.time)
  expect(work.runs.length).toBe(began + 1)
})
