/** What waits in a worker whose chart has no place for the agent any more. */
import { expect, test, vi } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { AgentCell } from '../runtime/cell/agent-cell.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { WorkInput } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { besideEachOther, modeOf } from './two-releases.fixture.js'

/** A payment and a poll side by side; only the new chart knows the mode `held`. */
async function scene() {
  const [pay, poll] = [controlledBody(), controlledBody()]
  const release = (isNew: boolean) => {
    const machine = setup({
      types: { events: {} as { type: 'hold' } },
      actors: { pay: effect<unknown, WorkInput>(pay.body), poll: effect<unknown, WorkInput>(poll.body) },
    }).createMachine({
      type: 'parallel',
      states: {
        mode: modeOf(isNew),
        paying: {
          initial: 'now',
          states: { now: { invoke: { src: 'pay', input: { job: 'pay' }, onDone: 'over' } }, over: {} },
        },
        polling: {
          initial: 'now',
          states: { now: { invoke: { src: 'poll', input: { job: 'poll' }, onDone: 'over' } }, over: {} },
        },
      },
    })
    const retry = { attempts: 3, delayMs: 1_000, jitter: false }
    return defineAgent({
      name: 'shop',
      version: 1,
      machine,
      effects: { pay: { safety: 'never-retry' }, poll: { retry } },
    })
  }
  return { pay, poll, ...(await besideEachOther(release)) }
}

test('EFF-367 an effect that waits for its next attempt does not begin there while a payment is waited for, and no process ends', async () => {
  const { time, pay, poll, agent } = await scene()
  poll.last.reject(new Error('busy'))
  await settle()
  await agent.send({ type: 'hold' })
  await settle()
  await time.advance(1_000)
  expect(poll.runs).toHaveLength(1)
  pay.last.resolve('paid')
  await settle()
  expect(poll.runs).toHaveLength(2)
  poll.last.resolve('polled')
  await settle()
  expect(agent.getSnapshot().value).toEqual({ mode: 'held', paying: 'over', polling: 'over' })
})

test('EFF-368 an effect that cannot begin when its time has come stops its agent there, is reported, and ends no process', async () => {
  const { time, poll, owner } = await scene()
  poll.last.reject(new Error('busy'))
  await settle()
  vi.spyOn(AgentCell.prototype, 'tree').mockImplementationOnce(() => {
    throw new Error('no tree')
  })
  await time.advance(1_000)
  expect(owner.reports).toMatchObject([{ code: 'INVARIANT', agent: { name: 'shop', id: '1' } }])
})
