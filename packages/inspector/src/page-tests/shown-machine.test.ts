import { memoryLog, memoryStore } from '@refold/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { AgentHead, PointView } from '../contract/agent.js'
import type { ChartView } from '../contract/chart.js'
import { serveSource } from '../server/served.fixture.js'
import type { ServedFixture } from '../server/served.fixture.js'
import { makeNesting } from './nesting-agents.fixture.js'
import { machineKey, shownMachine } from '../page/agent/shown-machine.js'

describe('a machine within an agent', () => {
  let served: ServedFixture
  beforeEach(async () => {
    const log = memoryLog()
    await makeNesting(memoryStore(log), { agents: 1 })
    served = await serveSource(memoryStore(log))
    return () => served.close()
  })
  const point = (): Promise<PointView> => served.get<PointView>('/api/agents/nesting-1/points/0')

  test('INS-320 has its chart whatever its id and its source are', async () => {
    const at = await point()
    const { fingerprint } = await served.get<AgentHead>('/api/agents/nesting-1')
    const standings: (readonly string[])[] = []
    for (const { path } of at.children) {
      const { source, active } = shownMachine(at, machineKey(path))
      const chart = await served.get<ChartView>(
        `/api/charts/${fingerprint}?machine=${encodeURIComponent(source ?? '')}`,
      )
      expect(chart.states.map(({ state }) => state.path)).toEqual(expect.arrayContaining([...active]))
      standings.push(active)
    }
    expect(standings).toEqual([['m'], ['deep']])
  })

  test('INS-320 that is not there at a record has none', async () => {
    expect(shownMachine(await point(), machineKey(['gone']))).toEqual({ source: undefined, active: [], edges: [] })
  })
})
