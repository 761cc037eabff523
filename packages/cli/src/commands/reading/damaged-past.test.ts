/** The reading commands on histories that cannot be folded, or not without their codecs. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, defineAgent, toRevision } from '@refold/core'
import type { Codec, JsonObject, StoredEvent } from '@refold/core'
import { exportStreams } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { assign, setup } from 'xstate'
import { list } from '../list.js'
import { explain } from './explain.js'
import { history } from './history.js'
import { show } from './show.js'
import { state } from './state.js'

const counter = defineAgent({
  name: 'counter',
  version: 1,
  machine: setup({ types: { context: {} as { n: number } } }).createMachine({
    context: { n: 0 },
    on: { add: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  }),
})

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'refold-damaged-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** The lines of an export of `counter-1`, with three records. */
async function linesOf(codecs: readonly Codec[] = []): Promise<readonly string[]> {
  const file = join(directory, 'counter.db')
  const runtime = await createRuntime({ store: sqliteStore(file), agents: [counter], codecs })
  const agent = await runtime.start(counter, { id: '1' })
  for (const by of ['ana', 'bo']) await agent.send({ type: 'add' }, { by })
  await runtime.close()
  const store = sqliteStore(file)
  let text = ''
  for await (const line of exportStreams(store, ['counter-1'])) text += line
  await store.close()
  return text.trimEnd().split('\n')
}

function fileOf(lines: readonly string[]): { readonly store: string; readonly json: true } {
  const store = join(directory, 'damaged.jsonl')
  writeFileSync(store, `${lines.join('\n')}\n`)
  return { store, json: true }
}

test('CLI-40 what stands before a damaged record is shown, and what ends it is said', async () => {
  const lines = await linesOf()
  const damaged = fileOf(lines.with(3, lines[3]?.replace('"replace"', '"smash"') ?? ''))
  expect(JSON.parse((await state('counter-1', { ...damaged, at: '1' })).text)).toMatchObject({ context: { n: 1 } })
  await expect(state('counter-1', damaged)).rejects.toMatchObject({ code: 'UNREADABLE' })
  const shown = await show('counter-1', damaged)
  expect(shown.note).toContain('from revision 2 on: record 2 of counter-1 cannot be folded')
  expect(JSON.parse(shown.text)).toMatchObject({ revision: 1, context: { n: 1 } })
  const listed = await history('counter-1', damaged)
  expect(JSON.parse(listed.text)).toMatchObject([{ revision: 0 }, { by: 'ana' }, { by: 'bo' }])
  expect(listed.note).toContain('from revision 2 on')
  expect(JSON.parse((await explain('counter-1@2', damaged)).text)).toMatchObject({ record: { by: 'bo' } })
})

test('CLI-40 of a history without any state it is said why', async () => {
  const [head = '', first = '', ...rest] = await linesOf()
  const damaged = fileOf([head, first.replace('"/state"', '"/stat"'), ...rest])
  await expect(show('counter-1', damaged)).rejects.toMatchObject({ code: 'UNREADABLE', facts: { revision: 0 } })
})

test('CLI-40 records that are encoded are listed, and read with the codecs of the configuration', async () => {
  const turned = 'turned'
  const codec: Codec = {
    name: turned,
    encode: (bytes) => ({ bytes: bytes.map((byte) => ~byte) }),
    decode: (bytes) => bytes.map((byte) => ~byte),
  }
  const place = fileOf(await linesOf([codec]))
  await expect(state('counter-1', place)).rejects.toMatchObject({ code: 'UNREADABLE' })
  expect(JSON.parse((await history('counter-1', place)).text)).toMatchObject([{}, { by: 'ana' }, { by: 'bo' }])
  const config = join(directory, 'refold.config.mjs')
  writeFileSync(
    config,
    `const turn = (bytes) => bytes.map((byte) => ~byte)
    export default { agents: [{ name: 'counter', version: 1 }], codecs: [{ name: '${turned}', encode: (bytes) => ({ bytes: turn(bytes) }), decode: turn }] }`,
  )
  expect(JSON.parse((await state('counter-1', { ...place, config })).text)).toMatchObject({ context: { n: 2 } })
})

test('CLI-52 agents are listed by their states, and one that cannot be read is named beside', async () => {
  const file = join(directory, 'counters.db')
  const runtime = await createRuntime({ store: sqliteStore(file), agents: [counter] })
  for (const id of ['1', '2', '3']) await runtime.start(counter, { id })
  for (const id of ['2', '3']) await (await runtime.attach(counter, id)).send({ type: 'add' })
  await runtime.close()
  const store = sqliteStore(file)
  const newest: StoredEvent[] = []
  for await (const page of store.read('counter-3', { direction: 'backwards', limit: 1 })) newest.push(...page)
  const metadata = JSON.parse(
    JSON.stringify(newest[0]?.metadata).replace('/state/root/context/n', '/state/lost/n'),
  ) as JsonObject
  await store.append('counter-3', [{ id: randomUUID(), type: 'add', data: {}, metadata }], { expected: toRevision(1) })
  await store.close()
  const listed = async (...where: string[]) => {
    const printed = vi.spyOn(console, 'log').mockReturnValue(undefined)
    try {
      const { text, note } = await list('counter', { store: file, where, json: false, quiet: true })
      return { text: [...printed.mock.calls.flat(), text].join('\n'), note }
    } finally {
      printed.mockRestore()
    }
  }
  expect(await listed('/context/n>0')).toEqual({ text: 'counter-2\n', note: expect.stringContaining('counter-3') })
  expect((await listed('/context/n>=0', 'status=active')).text).toBe('counter-1\ncounter-2\n')
  await expect(listed('n>0')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})
