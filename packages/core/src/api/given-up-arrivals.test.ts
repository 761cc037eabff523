/** Agents that a process was about to move or to start when something kept it from that: they are found there afterwards. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'
import { boss, deputy, helper } from './detached-children.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

function job(version: 1 | 2, { body }: ControlledBody) {
  const machine = setup({
    types: { events: {} as { type: 'note' } },
    actors: { work: effect<unknown, WorkInput>(body) },
  }).createMachine({ on: { note: {} }, invoke: { src: 'work', input: { job: 'it' } } })
  return defineAgent({ name: 'job', version, machine })
}

/** What has answered by now. */
async function answered<T>(asked: Promise<T>): Promise<T | 'no answer'> {
  const none = settle().then(() => 'no answer' as const)
  return Promise.race([asked, none])
}

describe('RCV-48 an agent that a process could not move', () => {
  test.each([1, 2] as const)('RCV-48 is attached to as before, at version %i', async (version) => {
    const log = memoryLog()
    const work = controlledBody()
    const [one, two] = [job(1, work), job(2, work)]
    const its = version === 1 ? one : two
    const performing = await startProcess({ log, agents: [one, two] })
    await performing.runtime.start(its, { id: '1' })
    await settle()
    const other = await startProcess({ log, agents: [one, two], worker: false })
    await expect(other.runtime.migrate(two, '1')).rejects.toMatchObject({ code: 'OWNER_MAY_LIVE' })
    expect(await answered(other.runtime.attach(its, '1'))).not.toBe('no answer')
    expect(await answered(other.runtime.start(its, { id: '1' }))).not.toBe('no answer')
    await expect(other.runtime.migrate(two, '1')).rejects.toMatchObject({ code: 'OWNER_MAY_LIVE' })
    expect(work.runs).toHaveLength(1)
  })
})

describe('MSG-22 a child whose parent is paused', () => {
  test('MSG-22 while it is about to be started is started when the parent is resumed', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const { runtime } = await startProcess({
      log: memoryLog(),
      agents: [boss, deputy, helper],
      prepare: ({ store }) => {
        const read = store.read.bind(store)
        store.read = async function* (stream, options) {
          if (stream === 'helper-silent') await held
          yield* read(stream, options)
        }
      },
    })
    const agent = await runtime.start(boss, { id: 'b' })
    await agent.send({ type: 'ask', id: 'silent' })
    await settle()
    await agent.pause()
    release()
    await settle()
    await expect(runtime.attach(helper, 'silent')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await agent.resume()
    await settle()
    expect((await runtime.attach(helper, 'silent')).getSnapshot().status).toBe('active')
    await runtime.close()
  })
})
