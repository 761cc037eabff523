/** Functions that take options are called with one of them mistyped, or with a value that it does not take: told, with its place. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWorld } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, expect, test } from 'vitest'
import { ENTRIES } from './nonsense/entries.js'
import { GUARDED_BY_TYPES, WITHOUT_OPTIONS } from './nonsense/guarded-by-types.js'
import { client } from './nonsense/lamp.js'
import { MISTAKEN } from './nonsense/mistaken-values.js'
import { MISTYPED } from './nonsense/mistyped-options.js'

afterAll(() => client.close())

/** What was taken for sense may go on for ever. */
const TAKEN_AFTER_MS = 1_000

async function thrownBy(call: () => unknown): Promise<unknown> {
  const called = (async () => call())().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const taken = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), TAKEN_AFTER_MS).unref())
  return Promise.race([called, taken])
}

test.each(MISTYPED)('ERR-19 $name refuses a mistyped option', async ({ meant, call }) => {
  expect(await thrownBy(call)).toMatchObject({
    code: expect.stringMatching(/^INVALID_(INPUT|DEFINITION)$/) as unknown,
    hint: expect.stringMatching(`^(Did you mean|Known: .*) ?'${meant}'`) as unknown,
  })
})

test.each(MISTAKEN)('ERR-59 refuses $name', async ({ path, call }) => {
  const thrown = await thrownBy(call)
  const message = expect.stringMatching(`^${path}: must (be|have) `) as unknown
  expect(thrown).toMatchObject({ code: 'INVALID_INPUT', facts: { path }, message })
})

test('ERR-60 an option that is undefined is as absent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-options-'))
  const options = { sync: undefined, maxAppendBytes: undefined } as never
  const store = sqliteStore(join(folder, 'agents.db'), options)
  expect(store.capabilities.maxAppendBytes).toBe(16 * 1024 * 1024)
  await store.close()
  rmSync(folder, { recursive: true })
  expect(createWorld({ clock: undefined } as never).clock.now()).toBeGreaterThan(0)
  expect(createWorld({ onEndSignal: undefined }).onEndSignal).toBeUndefined()
})

test('ERR-19 every function that is exported is called so, or takes no options', async () => {
  const called = new Set(MISTYPED.map(({ name }) => name.split(' ')[0] ?? ''))
  const missing: string[] = []
  for (const [entry, load] of Object.entries(ENTRIES)) {
    const known = new Set([...called, ...WITHOUT_OPTIONS, ...(GUARDED_BY_TYPES[entry] ?? [])])
    for (const [name, member] of Object.entries(await load()))
      if (typeof member === 'function' && !known.has(name)) missing.push(`${entry} ${name}`)
  }
  expect(missing).toEqual([])
})
