import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { leaflet } from './agent.js'

it('decides otherwise, and says the price first', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [leaflet] })
  const agent = await refold.start(leaflet, { id: '1', input: { topic: 'whales' } })
  const { revision } = await agent.waitFor((state) => state.matches('review'))
  await agent.send({ type: 'print' })
  await agent.done()
  const request = { as: '2', at: revision, event: { type: 'revise', wish: 'in verse' } } as const
  const { estimate, effects } = await refold.planFork(leaflet, '1', request)
  expect(effects).toMatchObject([{ src: 'draft', fate: 'runs', costUsd: 0.04 }])
  expect(estimate.rest.usage.costUsd).toBe(250)
  const fork = await refold.fork(leaflet, '1', request)
  await fork.resume()
  const { context } = await fork.waitFor((state) => state.matches('review'))
  expect(context).toMatchObject({ text: 'A leaflet about whales, in verse.', printed: '' })
})

it('tries another answer, as a program', async () => {
  const { code, stdout } = await runExample('18-a-fork/main', [tempFile()])
  expect(code).toBe(0)
  expect(stdout).toContain('printed: A leaflet about whales.')
  expect(stdout).toContain('price     when it is resumed: 1 effect')
  expect(stdout).toContain('the other answer: A leaflet about whales, for children.')
  expect(stdout).toContain('print waits for a person: forked')
  expect(stdout).toContain('fork   0 refold.forked')
})
