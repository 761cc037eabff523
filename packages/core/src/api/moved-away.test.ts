/** What bodies answer in a worker that has no code of the version to which another process has moved their agent. */
import { describe, expect, test } from 'vitest'
import type { CallPolicy } from '../definition/policy-types.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { WorkInput } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, startWorker, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

/** Its body runs in a worker of version 1, and its agent is at version 2, paused. */
async function movedAway(policy: CallPolicy<WorkInput, unknown> = { safety: 'never-retry' }) {
  const log = memoryLog()
  const work = controlledBody()
  const [one, two] = [1, 2].map((version) => workAgent({ body: work.body, version, policy }))
  const old = await startWorker({ log, agents: [one!] })
  await old.runtime.start(one!, { id: '1' })
  await settle()
  const mover = await startProcess({ log, agents: [one!, two!], worker: false, time: old.time })
  await (await mover.runtime.attach(one!, '1')).pause()
  const moved = await mover.runtime.migrate(two!, '1')
  await settle()
  const next = () => startWorker({ log, agents: [two!], time: old.time })
  return { log, work, old, moved, next }
}

describe('EFF-714 the outcome of a call whose agent was moved to a version that is not registered where it runs', () => {
  test('EFF-714 is stored there, and decided by who has the version: no one is asked', async () => {
    const { log, work, old, moved, next } = await movedAway()
    work.last.resolve('paid')
    await settle()
    expect((await typesOf(log, 'work-1')).at(-1)).toBe('refold.effect.done')
    expect(old.reports).toEqual([])
    await moved.resume()
    const { reports } = await next()
    expect(reports).toEqual([])
    expect(moved.getSnapshot()).toMatchObject({ value: 'worked', context: { result: 'paid' } })
    expect(work.runs).toHaveLength(1)
  })

  test('EFF-714 also a failure', async () => {
    const { work, old, moved, next } = await movedAway()
    work.last.reject(new Error('declined'))
    await settle()
    await moved.resume()
    await next()
    expect(old.reports).not.toContainEqual(expect.objectContaining({ code: 'UNKNOWN_DEFINITION' }))
    expect(moved.getSnapshot()).toMatchObject({ value: 'failed', context: { error: { message: 'declined' } } })
  })

  test('EFF-714 also that of one which never looked at its signal', async () => {
    const { work, moved, next } = await movedAway({})
    work.last.resolve('drafted')
    await settle()
    await moved.resume()
    await next()
    expect(moved.getSnapshot()).toMatchObject({ value: 'worked', context: { result: 'drafted' } })
    expect(work.runs).toHaveLength(1)
  })

  test('EFF-714 settles the doubt of who took the agent over meanwhile', async () => {
    const { work, moved, next } = await movedAway()
    await moved.resume()
    await next()
    expect(await moved.inDoubt()).toHaveLength(1)
    work.last.resolve('paid')
    await settle()
    expect(moved.getSnapshot()).toMatchObject({ value: 'worked', context: { result: 'paid' } })
  })

  test('EFF-714 is stored before a close that waits for it ends', async () => {
    const { log, work, old } = await movedAway()
    const closing = old.runtime.close()
    await settle()
    work.last.resolve('paid')
    await closing
    expect((await typesOf(log, 'work-1')).at(-1)).toBe('refold.effect.done')
  })
})
