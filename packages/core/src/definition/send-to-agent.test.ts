/** What makes no sense as a message, or as the start of a detached child, is refused where it is written. */
import { setup } from 'xstate'
import { expect, test } from 'vitest'
import { defineAgent } from './define-agent.js'
import { sendToAgent, startAgent } from './send-to-agent.js'

const agent = defineAgent({ name: 'peer', version: 1, machine: setup({}).createMachine({ on: { hello: {} } }) })
const hello = { type: 'hello' }
/** For what the types refuse too. */
const given = (value: unknown): never => value as never

test.each<[string, () => unknown, string]>([
  ['an input beside the address', () => startAgent(given({ agent, id: '1', input: 1 }), {}), 'to.input'],
  ['a report of another name', () => startAgent({ agent, id: '1' }, given({ onDone: 'ended' })), 'options.onDone'],
  ['no options', () => startAgent({ agent, id: '1' }, given(undefined)), 'options'],
  ['no id of a child', () => startAgent(given({ agent }), {}), 'to.id'],
  ['no id', () => sendToAgent(given({ agent }), given(hello)), 'to.id'],
  ['a mistyped address', () => sendToAgent(given({ agent, id: '1', ID: '2' }), given(hello)), 'to.ID'],
  ['no event', () => sendToAgent({ agent, id: '1' }, given(undefined)), 'event'],
])('MSG-42 %s is refused with INVALID_DEFINITION', (_what, write, path) => {
  expect(write).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path } }) as Error)
})
