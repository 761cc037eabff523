/** Payments whose begin is not recorded after all: their slots are free again. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

/** Holds the next append until it is let go. */
function held() {
  let letGo = (): void => {}
  const until = new Promise<void>((resolve) => (letGo = resolve))
  return { fault: { until }, letGo: () => letGo() }
}

/** The one has the only slot, and the other waits for it. */
async function scene() {
  const log = memoryLog()
  const pay = controlledBody()
  const policy = { safety: 'never-retry', concurrency: 1 } as const
  const definition = workAgent({ body: pay.body, policy })
  const { runtime, store } = await startProcess({ log, agents: [definition] })
  await runtime.start(definition, { id: '1' })
  await settle()
  const agent = await runtime.start(definition, { id: '2' })
  await settle()
  expect(pay.runs).toHaveLength(1)
  /** The pause is stored after the slot came free, and before the begin. */
  const pausedFirst = async (): Promise<void> => {
    const pause = held()
    store.faults.push(pause.fault)
    const pausing = agent.pause()
    await settle()
    pay.last.resolve('paid')
    await settle()
    pause.letGo()
    await pausing
    await settle()
  }
  return { pay, definition, runtime, agent, pausedFirst }
}

describe('EFF-363 a payment whose slot comes free while its agent is being paused', () => {
  test('EFF-363 begins when the agent is resumed', async () => {
    const { pay, agent, pausedFirst } = await scene()
    await pausedFirst()
    expect(pay.runs).toHaveLength(1)
    await agent.resume()
    await settle()
    expect(pay.runs).toHaveLength(2)
  })

  test('EFF-363 keeps no slot from others', async () => {
    const { pay, definition, runtime, pausedFirst } = await scene()
    await pausedFirst()
    await runtime.start(definition, { id: '3' })
    await settle()
    expect(pay.runs).toHaveLength(2)
  })
})
