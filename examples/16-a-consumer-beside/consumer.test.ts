import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'

it('reads clean events of an agent with the plain client of EventStoreDB', async () => {
  const { code, stdout, stderr } = await runExample('16-a-consumer-beside/main')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trim().split('\n')
  expect(lines[0]).toBe('0 refold.started (Refold) {"input":{"to":"Ana"}}')
  expect(lines).toContainEqual(expect.stringMatching(/^\d refold.effect.done \(Refold\) .*"output":"1Z-ANA"/))
  expect(lines).toContainEqual(expect.stringMatching(/^\d packed \(someone\) {"grams":300}$/))
  expect(lines.at(-1)).toMatch(/^\d delivered \(someone\) {"signedBy":"Bo"}$/)
})
