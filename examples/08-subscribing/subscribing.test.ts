import { createClient, createRuntime, toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { lastValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { importer } from './agent.js'

it('shows every record once, from the first on, to a subscriber that comes late', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [importer] })
  const agent = await refold.start(importer, { id: '1', input: { rows: 500 } })
  const early = lastValueFrom(agent.eventsFrom(toRevision(0)).pipe(toArray()))
  const { revision } = await agent.done()
  const late = await lastValueFrom(agent.eventsFrom(toRevision(0)).pipe(toArray()))
  expect(late.map((event) => event.revision)).toEqual(
    Array.from({ length: Number(revision) + 1 }, (_, index) => BigInt(index)),
  )
  expect(await early).toEqual(late)
})

it('shows another process what it stores', async () => {
  const file = tempFile()
  await using watching = await createClient({ store: sqliteStore(file), agents: [importer] })
  await using working = await createRuntime({ store: sqliteStore(file), agents: [importer] })
  await working.start(importer, { id: '1', input: { rows: 500 } })
  const watched = await watching.attach(importer, '1')
  const states = await lastValueFrom(watched.state$.pipe(toArray()))
  expect(states.at(-1)).toMatchObject({ status: 'done', output: { imported: 500 } })
})

it('emits after each batch', async () => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [importer] })
  const agent = await refold.start(importer, { id: '1', input: { rows: 30, batch: 10 } })
  const emitted: number[] = []
  const last = new Promise<void>((resolve) => {
    agent.on('batchImported', ({ imported, of }) => {
      emitted.push(imported)
      if (imported === of) resolve()
    })
  })
  await last
  expect(emitted.at(-1)).toBe(30)
  expect(emitted).toEqual([10, 20, 30].slice(-emitted.length))
})

it('shows all of it, as a program', async () => {
  const { code, stdout } = await runExample('08-subscribing/main', [tempFile()])
  expect(code).toBe(0)
  expect(stdout).toContain('emitted: 500 of 500')
  expect(stdout).toContain('state: 500 rows')
  expect(stdout).toContain('records: 6')
})
