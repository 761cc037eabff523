/** Agents that are suspected of killing their workers, and have timers that are overdue. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, LEASE_MS, startProcess } from './process.fixture.js'
import type { Process } from './process.fixture.js'

const POISON = '11'

/** Its body ends the process for one agent, and works long for the others; a bell rings every second. */
function agentOf(kill: () => void) {
  const machine = setup({
    types: { input: {} as { name: string }, context: {} as { name: string } },
    actors: {
      work: effect<null, { name: string }>(({ input }) => {
        if (input.name === POISON) kill()
        return new Promise(() => {})
      }),
    },
  }).createMachine({
    type: 'parallel',
    context: ({ input }) => ({ name: input.name }),
    states: {
      job: { invoke: { src: 'work', input: ({ context }) => ({ name: context.name }) } },
      bell: { initial: 'still', states: { still: { after: { 1000: 'rung' } }, rung: { after: { 1000: 'still' } } } },
    },
  })
  return defineAgent({ name: 'job', version: 1, machine })
}

test('OWN-76 are tried in their turn: no timer brings their effects before it, and the one is found', async () => {
  const [log, time] = [memoryLog(), new ManualTime()]
  let running: Process | undefined
  let deaths = 0
  const definition = agentOf(() => {
    deaths++
    const dying = running
    queueMicrotask(() => dying?.die())
  })
  const start = async (): Promise<Process> => (running = await startProcess({ log, time, agents: [definition] }))
  const { runtime } = await start()
  for (let id = 0; id <= Number(POISON); id++)
    await runtime.start(definition, { id: String(id), input: { name: String(id) } })
  await settle()
  /** A process after the last; whether it died within a minute. */
  const diesAgain = async (): Promise<boolean> => {
    const before = deaths
    running = undefined
    await time.advance(2 * LEASE_MS)
    await start()
    for (let seconds = 0; seconds < 60; seconds++) {
      await time.advance(1_000)
      if (deaths > before) return true
    }
    return false
  }
  for (let processes = 0; processes < 20; processes++) if (!(await diesAgain())) break
  const claims = (await eventsOf(log, `job-${POISON}`)).filter(({ type }) => type === 'refold.claimed')
  const tried = claims.map(({ data }) => (data as { readonly probation?: string }).probation)
  expect(tried).toEqual([undefined, undefined, 'shared', 'shared', 'isolated', 'isolated'])
  expect(running?.reports).toMatchObject([{ code: 'POISON_AGENT', agent: { id: POISON } }])
})
