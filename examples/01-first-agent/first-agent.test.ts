import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { poet } from './agent.js'

it('writes a poem about its topic', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [poet] })
  const agent = await refold.start(poet, { id: 'sea', input: { topic: 'the sea' } })
  const { output } = await agent.done()
  expect(output.poem).toContain('the sea')
})

it('writes it once, however often the program runs', async () => {
  const file = tempFile()
  const first = await runExample('01-first-agent/main', [file])
  const second = await runExample('01-first-agent/main', [file])
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('writing about whales') })
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('Of whales I sing') })
  expect(second.stdout).not.toContain('writing')
})

it('refuses an input that does not fit, before anything is stored', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [poet] })
  // @ts-expect-error the compiler says it too
  await expect(refold.start(poet, { id: 'x', input: { topic: 3 } })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  await expect(refold.attach(poet, 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
