/** What bodies report beside their records. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

test('EFF-23 progress reaches those who watch in this process, and leaves no record', async () => {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const process = await startProcess({ log, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  const seen: unknown[] = []
  const subscription = agent.progress$.subscribe(({ src, chunk }) => seen.push([src, chunk]))
  await settle()
  const { progress } = work.last.args
  progress('a')
  progress({ percent: 50 })
  await agent.send({ type: 'leave' })
  progress('too late')
  subscription.unsubscribe()
  expect(seen).toEqual([
    ['work', 'a'],
    ['work', { percent: 50 }],
  ])
  expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'leave'])
})

test('EFF-62 progress says which attempt told it, and when that run of the body began', async () => {
  const work = controlledBody()
  const policy = { retry: { attempts: 2, delayMs: 100, jitter: false } }
  const definition = workAgent({ body: work.body, policy })
  const time = new ManualTime()
  const process = await startProcess({ log: memoryLog(), agents: [definition], time })
  const agent = await process.runtime.start(definition, { id: '1' })
  const startedAt = time.clock().now()
  const seen: unknown[] = []
  const subscription = agent.progress$.subscribe(({ attempt, beganAt, chunk }) =>
    seen.push([attempt, beganAt - startedAt, chunk]),
  )
  await settle()
  obedient(work.last).args.progress('half of a sen')
  await agent.pause()
  await time.advance(40)
  await agent.resume()
  await settle()
  work.last.args.progress('half of')
  await time.advance(2)
  work.last.args.progress(' a sentence')
  work.last.reject(new Error('overloaded'))
  await settle()
  await time.advance(100)
  await settle()
  work.last.args.progress('all of it')
  subscription.unsubscribe()
  expect(seen).toEqual([
    [1, 0, 'half of a sen'],
    [1, 40, 'half of'],
    [1, 40, ' a sentence'],
    [2, 142, 'all of it'],
  ])
})

test('EFF-162 progress completes when the agent ends, and when the client closes', async () => {
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const process = await startProcess({ log: memoryLog(), agents: [definition] })
  const ended = await process.runtime.start(definition, { id: '1' })
  const active = await process.runtime.start(definition, { id: '2' })
  const seen: unknown[] = []
  for (const agent of [ended, active])
    agent.progress$.subscribe({
      next: ({ chunk }) => seen.push([agent.id, chunk]),
      complete: () => seen.push([agent.id, 'complete']),
    })
  await settle()
  work.last.args.progress('a')
  await ended.cancel()
  await settle()
  expect(seen).toEqual([
    ['2', 'a'],
    ['1', 'complete'],
  ])
  ended.progress$.subscribe({ complete: () => seen.push('at once') })
  await settle()
  await process.runtime.close()
  expect(seen.slice(2)).toEqual(['at once', ['2', 'complete']])
  const late = new Promise<void>((resolve) => active.progress$.subscribe({ complete: resolve }))
  await late
})
