import { createClient, createRuntime, createWorld } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { laterClock } from '../03-timers/later-clock.js'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { letter } from './agent.js'

it('waits for a person, drafts again with the remark, and sends what was approved', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [letter] })
  const agent = await refold.start(letter, { id: '1', input: { to: 'Ana' } })
  await agent.waitFor((state) => state.matches('review'))
  await agent.send({ type: 'change', remark: 'be kinder' })
  const second = await agent.waitFor((state) => state.matches('review') && state.context.remarks.length === 1)
  expect(second.context.text).toContain('be kinder')
  await agent.send({ type: 'approve', by: 'bo' })
  expect((await agent.done()).output).toEqual({ sent: true, approvedBy: 'bo' })
})

it('refuses an event that the state does not take, and says which it does', async () => {
  // Without a worker no one drafts, so the letter stays where it was started.
  await using refold = await createClient({ store: sqliteStore(tempFile()), agents: [letter] })
  const agent = await refold.start(letter, { id: '1', input: { to: 'Ana' } })
  await expect(agent.send({ type: 'approve', by: 'bo' })).rejects.toMatchObject({
    code: 'EVENT_NOT_ACCEPTED',
    facts: { legal: [] },
  })
  expect(agent.getSnapshot()).toMatchObject({ value: 'drafting', revision: 0n })
})

it('takes the same click twice as one event', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [letter] })
  const agent = await refold.start(letter, { id: '1', input: { to: 'Ana' } })
  await agent.waitFor((state) => state.matches('review'))
  const first = await agent.send({ type: 'change', remark: 'shorter' }, { id: 'click-1' })
  await agent.waitFor((state) => state.matches('review') && state.revision > first.revision)
  await agent.send({ type: 'change', remark: 'shorter' }, { id: 'click-1' })
  expect(agent.getSnapshot().context.remarks).toEqual(['shorter'])
})

it('gives up when no one answers for three days', async () => {
  const file = tempFile()
  {
    await using refold = await createRuntime({ store: sqliteStore(file), agents: [letter] })
    const agent = await refold.start(letter, { id: '1', input: { to: 'Ana' } })
    await agent.waitFor((state) => state.matches('review'))
  }
  const world = createWorld({ clock: laterClock({ byMs: 4 * 86_400_000 }) })
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [letter], world })
  const agent = await refold.attach(letter, '1')
  expect((await agent.done()).output).toEqual({ sent: false, approvedBy: '' })
})

it('is approved by another process than the one that asked', async () => {
  const env = { LETTER_DB: tempFile() }
  const main = '04-approval-by-a-person/main'
  expect(await runExample(main, [], { env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('you may: approve'),
  })
  expect(await runExample(main, ['approve', ''], { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('INVALID_EVENT'),
  })
  expect(await runExample(main, ['approve', 'bo'], { env })).toMatchObject({
    code: 0,
    stdout: 'sent: true, approved by bo\n',
  })
})
