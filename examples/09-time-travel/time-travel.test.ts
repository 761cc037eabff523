import { createRuntime, toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { till } from './agent.js'

it('knows each state that it has been in, by revision and by time', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [till] })
  const agent = await refold.start(till, { id: '1', input: undefined })
  await agent.send({ type: 'put', cents: 500 })
  await agent.send({ type: 'take', cents: 200 })
  const cents = await Promise.all(
    [0, 1, 2].map(async (revision) => (await agent.stateAt(toRevision(revision))).context.cents),
  )
  expect(cents).toEqual([0, 500, 300])
  expect((await agent.stateAt({ at: Date.now() + 1_000 })).context.cents).toBe(300)
  await expect(agent.stateAt(toRevision(99))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('tells what changed between two moments, in either direction', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [till] })
  const agent = await refold.start(till, { id: '1', input: undefined })
  await agent.send({ type: 'put', cents: 500 })
  const changed = { op: 'replace', path: expect.stringMatching(/\/context\/cents$/) }
  expect(await agent.diff(toRevision(0), toRevision(1))).toContainEqual({ ...changed, value: 500 })
  expect(await agent.diff(toRevision(1), toRevision(0))).toContainEqual({ ...changed, value: 0 })
})

it('finds who emptied the till, as a program', async () => {
  const { code, stdout } = await runExample('09-time-travel/main', [tempFile()])
  expect(code).toBe(0)
  expect(stdout).toContain("it went negative with 'take' by cy, at revision 3")
  expect(stdout).toContain('changed: {"op":"replace"')
})
