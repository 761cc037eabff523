import { createRuntime, toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { lastValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { weather } from './agent.js'
import { flakyService } from './flaky-service.js'

it('tries again with the same key, and does not repeat the step that had succeeded', async () => {
  await using service = await flakyService({ failures: 2 })
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [weather] })
  const agent = await refold.start(weather, { id: 'lisbon', input: { service: service.url, city: 'Lisbon' } })
  const { output } = await agent.done()
  expect(output).toEqual({ sky: 'clear', problem: '' })
  expect(service.asked.map(({ path, status }) => `${path} ${status}`)).toEqual([
    '/locate 200',
    '/sky 503',
    '/sky 503',
    '/sky 200',
  ])
  expect(new Set(service.asked.filter(({ path }) => path === '/sky').map(({ key }) => key)).size).toBe(1)
})

it('records each failed attempt, and gives up after the last with the error as data', async () => {
  await using service = await flakyService({ failures: 99 })
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [weather] })
  const agent = await refold.start(weather, { id: 'porto', input: { service: service.url, city: 'Porto' } })
  const { output } = await agent.done()
  expect(output.problem).toBe('the service answered 503')
  const events = await lastValueFrom(agent.eventsFrom(toRevision(0)).pipe(toArray()))
  expect(events.filter(({ type }) => type === 'refold.effect.failed')).toHaveLength(4)
})

it('shows the attempts as a program', async () => {
  const { code, stdout } = await runExample('02-effects-and-retries/main', [tempFile()])
  expect(code).toBe(0)
  expect(stdout).toContain('attempt 2 failed: the service answered 503')
  expect(stdout).toContain('asked /locate, /sky, /sky, /sky')
})
