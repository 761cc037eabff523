/** What the examples record is decided again as it was: their code is deterministic. */
import { VerifyReport, verifyAgents } from '@refold/core'
import type { AgentDefinition } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { weather } from './02-effects-and-retries/agent.js'
import { letter } from './04-approval-by-a-person/agent.js'
import { trip } from './06-child-machines/agent.js'
import { plan } from './11-a-ten-step-plan/agent.js'
import { editor, writer } from './14-parent-and-detached-children/agent.js'
import { runExample } from './process.fixture.js'
import { tempFile } from './temp-file.fixture.js'

/** Runs that are made one after the other on one file. */
interface Case {
  readonly example: string
  readonly agents: readonly AgentDefinition[]
  readonly runs?: readonly (readonly string[])[]
}

it.each<Case>([
  { example: '02-effects-and-retries', agents: [weather] },
  { example: '04-approval-by-a-person', agents: [letter], runs: [[], ['change', 'shorter'], ['approve', 'Bo']] },
  { example: '06-child-machines', agents: [trip] },
  { example: '11-a-ten-step-plan', agents: [plan] },
  { example: '14-parent-and-detached-children', agents: [editor, writer] },
])('VER-1 $example', async ({ example, agents, runs }) => {
  const file = tempFile()
  for (const args of runs ?? [[file]]) {
    const { code, stderr } = await runExample(`${example}/main`, args, { env: { LETTER_DB: file } })
    expect([code, stderr]).toEqual([0, ''])
  }
  const store = sqliteStore(file)
  const report = new VerifyReport()
  for await (const history of verifyAgents({ store, agents })) report.add(history)
  await store.close()
  expect(report.decided).toBeGreaterThan(1)
  expect(report).toMatchObject({ isSame: true, groups: [], unsteady: [], noCode: [] })
})
