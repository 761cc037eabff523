import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { trip } from './agent.js'

it.each([
  { flightIsFull: false, hotelIsFull: false, isBooked: true, references: 2 },
  { flightIsFull: false, hotelIsFull: true, isBooked: false, references: 0 },
  { flightIsFull: true, hotelIsFull: false, isBooked: false, references: 0 },
  { flightIsFull: true, hotelIsFull: true, isBooked: false, references: 0 },
])('books both or none: %o', async ({ flightIsFull, hotelIsFull, isBooked, references }) => {
  await using refold = await createRuntime({ store: sqliteStore(tempFile()), agents: [trip] })
  const agent = await refold.start(trip, { id: '1', input: { flightIsFull, hotelIsFull } })
  const { output } = await agent.done()
  expect(output.isBooked).toBe(isBooked)
  expect(output.results.filter(({ reference }) => reference !== '')).toHaveLength(references)
})

it('takes the flight back when there is no hotel, as a program', async () => {
  const { code, stdout } = await runExample('06-child-machines/main', [tempFile()])
  expect(code).toBe(0)
  expect(stdout).toContain('unlucky: not booked')
  expect(stdout).toMatch(/flight: flight:\S+ released/)
})
