/** A body that ends when another attempt of its effect runs already. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

async function secondAttempt() {
  const log = memoryLog()
  const work = controlledBody()
  const policy = { timeoutMs: 1_000, retry: { attempts: 2, delayMs: 10, jitter: false } }
  const definition = workAgent({ body: work.body, policy })
  const { runtime, time } = await startProcess({ log, agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  await settle()
  const [first] = work.runs
  void first?.args.signal.aborted // it looks at its signal
  await time.advance(1_000 + 10)
  expect(work.runs).toHaveLength(2)
  return { log, work, first, agent }
}

test.each([
  ['fails', (first: ReturnType<typeof controlledBody>['last']) => first.reject(new Error('too late'))],
  ['succeeds', (first: ReturnType<typeof controlledBody>['last']) => first.resolve('too late')],
])(
  'EFF-11 a body whose time was over and that %s while the next attempt runs changes nothing of that',
  async (_how, end) => {
    const { log, work, first, agent } = await secondAttempt()
    if (first !== undefined) end(first)
    await settle()
    expect(agent.getSnapshot().value).toBe('working')
    expect(work.runs).toHaveLength(2)
    work.last.resolve('in time')
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ value: 'worked', context: { result: 'in time' } })
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'refold.effect.failed', 'refold.effect.done'])
  },
)
