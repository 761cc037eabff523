/** Days that pass at once. */
import { defineAgent, memoryLog, memoryStore } from '@refold/core'
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { STILL_WEATHER } from './faults.js'
import { Simulation } from './simulation.js'

const DAY_MS = 86_400_000
const machine = setup({}).createMachine({
  initial: 'first',
  states: { first: { after: { [DAY_MS]: 'second' } }, second: { after: { [30 * DAY_MS]: 'over' } }, over: {} },
})
const waiting = defineAgent({ name: 'waiting', version: 1, machine })

test('REV-195 a leap skips days, and what came due in them happens when time passes again', async () => {
  const log = memoryLog()
  const backing = () => ({ open: () => memoryStore(log), dispose() {} })
  await using simulation = new Simulation({ seed: 1, backing, weather: STILL_WEATHER })
  const process = simulation.process('a', { agents: () => [waiting] })
  await simulation.until(process.start())
  const agent = await simulation.until(process.startAgent('waiting', { id: '1', input: undefined }))
  const begun = simulation.time.now()
  for (const [days, value] of [
    [0.9, 'first'],
    [0.1, 'second'],
    [29, 'second'],
    [1, 'over'],
  ] as const) {
    await simulation.leap(days * DAY_MS)
    await simulation.advance(20_000)
    expect(agent.getSnapshot().value).toBe(value)
  }
  expect(simulation.time.now() - begun).toBe(31 * DAY_MS + 80_000)
  const fired = (await simulation.records('waiting-1')).filter(({ type }) => type === 'refold.timer.fired')
  expect(fired).toHaveLength(2)
})
