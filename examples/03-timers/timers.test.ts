import { createRuntime, createWorld, toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { filter, firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { reminder } from './agent.js'
import { laterClock } from './later-clock.js'

const ONE_HOUR_MS = 3_600_000

it('fires at the next start what became due while nothing ran, and says how late', async () => {
  const file = tempFile()
  {
    await using refold = await createRuntime({ store: sqliteStore(file), agents: [reminder] })
    await refold.start(reminder, { id: 'tea', input: { text: 'tea', inMs: ONE_HOUR_MS } })
  }
  const world = createWorld({ clock: laterClock({ byMs: 3 * ONE_HOUR_MS }) })
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [reminder], world })
  const agent = await refold.attach(reminder, 'tea')
  expect((await agent.done()).output).toEqual({ text: 'tea', reminded: true })
  const fired = await firstValueFrom(
    agent.eventsFrom(toRevision(0)).pipe(filter((event) => event.type === 'refold.timer.fired')),
  )
  expect(fired.data.lateMs).toBeGreaterThanOrEqual(2 * ONE_HOUR_MS)
})

it('does not fire before its time, also after a restart', async () => {
  const file = tempFile()
  for (const byMs of [0, ONE_HOUR_MS / 2]) {
    const world = createWorld({ clock: laterClock({ byMs }) })
    await using refold = await createRuntime({ store: sqliteStore(file), agents: [reminder], world })
    const agent = await refold.start(reminder, { id: 'tea', input: { text: 'tea', inMs: ONE_HOUR_MS } })
    await refold.recovered
    expect(agent.getSnapshot().matches('waiting')).toBe(true)
  }
})

it('waits again when snoozed, and not at all when dismissed', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [reminder] })
  const snoozed = await refold.start(reminder, { id: 'tea', input: { text: 'tea', inMs: ONE_HOUR_MS } })
  await snoozed.send({ type: 'snooze', forMs: 1 })
  expect((await snoozed.done()).context.snoozed).toBe(1)
  const dismissed = await refold.start(reminder, { id: 'bath', input: { text: 'bath', inMs: ONE_HOUR_MS } })
  const state = await dismissed.send({ type: 'dismiss' })
  expect(state.output).toEqual({ text: 'bath', reminded: false })
})

it('is there tomorrow, as a program', async () => {
  const file = tempFile()
  const today = await runExample('03-timers/main', [file])
  expect(today).toMatchObject({ code: 0, stdout: expect.stringContaining('is set for tomorrow') })
  const tomorrow = await runExample('03-timers/main', [file, '--tomorrow'])
  expect(tomorrow).toMatchObject({ code: 0, stdout: 'reminder: put the bins out\n' })
})
