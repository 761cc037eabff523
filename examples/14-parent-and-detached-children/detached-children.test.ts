import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { editor, writer } from './agent.js'

it('gathers what its writers wrote, and hears of the one that failed', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [editor, writer] })
  const book = await refold.start(editor, { id: '1', input: { topics: ['whales', 'nothing'] } })
  const { output } = await book.done()
  expect(output).toEqual({
    chapters: { whales: 'All about whales.' },
    problems: ['nothing: there is nothing to write'],
  })
})

it('goes on in another process: its writers are started once, whatever happens to it', async () => {
  const file = tempFile()
  const first = await createRuntime({ store: sqliteStore(file), agents: [editor, writer] })
  await first.start(editor, { id: '1', input: { topics: ['whales', 'icebergs'] } })
  await first.close()
  await using second = await createRuntime({ store: sqliteStore(file), agents: [editor, writer] })
  const book = await second.attach(editor, '1')
  const { output } = await book.done()
  expect(Object.keys(output.chapters).toSorted()).toEqual(['icebergs', 'whales'])
})

it('shows each chapter, as a program', async () => {
  const { code, stdout } = await runExample('14-parent-and-detached-children/main', [tempFile()])
  expect(code).toBe(0)
  expect(stdout).toContain('All about icebergs.\nAll about whales.\nnothing: there is nothing to write\n')
  expect(stdout).toContain('writer whales is done')
  expect(stdout).toContain('2 × chapter.written')
  expect(stdout).toContain('3 × refold.message.acknowledged')
})
