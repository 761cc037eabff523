/** Timers that are to come never, as a delay of `Number.MAX_SAFE_INTEGER` says it: no date can say when. */
import { createClient, createRuntime, defineAgent } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { setup } from 'xstate'
import { list } from './list.js'
import { show } from './reading/show.js'

const machine = setup({ delays: { never: Number.MAX_SAFE_INTEGER } }).createMachine({
  initial: 'kept',
  states: { kept: { after: { never: 'gone' } }, gone: { type: 'final' } },
})
const vault = defineAgent({ name: 'vault', version: 1, machine })

let directory: string
let store: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'refold-far-timers-'))
  store = join(directory, 'vaults.db')
  const runtime = await createRuntime({ store: sqliteStore(store), agents: [vault] })
  await runtime.start(vault, { id: '1' })
  await runtime.close()
})
afterAll(() => rmSync(directory, { recursive: true }))

test('CLI-215 an agent with such a timer is listed and shown', async () => {
  const WORDS = 'no date can say when'
  const printed = vi.spyOn(console, 'log').mockReturnValue()
  await list(undefined, { store, json: false })
  expect(printed.mock.calls.join('\n')).toMatch(new RegExp(`^vault-1\t.*\t${WORDS}$`, 'm'))
  printed.mockRestore()
  expect((await show('vault-1', { store, json: false })).text).toMatch(new RegExp(`\t${WORDS} \\(in \\d+ d\\)`))
})

test('TIM-9 it is due at the last moment that a store keeps exactly', async () => {
  await using client = await createClient({ store: sqliteStore(store), agents: [vault] })
  expect(await client.find()).toMatchObject([{ stream: 'vault-1', nextDueAt: Number.MAX_SAFE_INTEGER }])
})
