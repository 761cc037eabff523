/** What is said of an agent that is not there, and of what has no time. */
import { RefoldError } from '@refold/core/store'
import { expect, test } from 'vitest'
import { named } from './past-agent.js'
import { timeText } from './shown.js'

async function hintOf(agent: string): Promise<string | undefined> {
  async function* names(): AsyncGenerator<string, void, undefined> {
    yield* ['order-1', 'order-2']
  }
  const gone = new RefoldError('NOT_FOUND', 'there is no such agent', { facts: { stream: agent } })
  return named({ names }, agent, () => Promise.reject(gone)).catch(({ hint }: RefoldError) => hint)
}

test('CLI-173 an agent whose stream was deleted is not told as one near to itself', async () => {
  expect(await hintOf('order-1')).toMatch(/^The directory has it, but its stream was deleted\..*refold rebuild/)
  expect(await hintOf('ordr-2')).toBe('Did you mean order-2?')
})

test('CLI-174 what has no time is shown without one', () => {
  expect([timeText(0), timeText(1)]).toEqual(['-', '1970-01-01T00:00:00.001Z'])
})
