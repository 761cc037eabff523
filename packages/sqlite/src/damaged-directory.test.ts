/** A row of the directory that names a text which is not there, or one that is none: the log says how the agent stands. */
import { createClient, createRuntime, createWorker, defineAgent, examineStore, planRecovery } from '@refold/core'
import type { DirectoryEntry, Report, Store } from '@refold/core'
import { setup } from 'xstate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeFile } from './change-file.fixture.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const lamp = defineAgent({
  name: 'lamp',
  version: 1,
  machine: setup({ types: { events: {} as { type: 'on' | 'off' } }, delays: { soon: 300 } }).createMachine({
    initial: 'off',
    states: { off: { on: { on: 'on' } }, on: { on: { off: 'off' }, after: { soon: 'waiting' } }, waiting: {} },
  }),
})

async function entriesOf(store: Store, query = {}): Promise<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = []
  for await (const page of store.directory.find(query)) entries.push(...page)
  return entries
}

/** Without notes, as of lock files that are left behind. */
async function wrongIn(store: Store): Promise<readonly string[]> {
  const { findings } = await examineStore(store)
  return findings.filter(({ kind }) => kind === 'wrong').map(({ trouble, message }) => `${trouble} ${message}`)
}

const idsOf = (entries: readonly DirectoryEntry[]): readonly string[] => entries.map(({ id }) => id)

describe('a damaged row of the directory', () => {
  let scratch: ScratchDirectory
  beforeEach(async () => {
    scratch = scratchDirectory()
    const runtime = await createRuntime({ store: sqliteStore(scratch.file), agents: [lamp] })
    for (const id of ['a', 'b', 'c']) await runtime.start(lamp, { id })
    await (await runtime.attach(lamp, 'a')).send({ type: 'on' })
    await runtime.close()
  })
  afterEach(() => scratch.remove())

  const ofA = `WHERE name = 'lamp-a'`
  const DAMAGES = [
    ['states that are not there', `UPDATE stream SET active = 9999 ${ofA}`],
    ['states among those that are there', `UPDATE stream SET active = 0 ${ofA}`],
    ['states that were taken away', `DELETE FROM active_set WHERE id = (SELECT active FROM stream ${ofA})`],
    ['states that are no JSON', `UPDATE active_set SET text = '{' WHERE id = (SELECT active FROM stream ${ofA})`],
    ['an owner that is not there', `UPDATE stream SET owner = 9999 ${ofA}`],
  ] as const

  test.each(DAMAGES)('DIR-15 %s: every query finds it as the log says, and all others', async (_what, sql) => {
    const whole = sqliteStore(scratch.file)
    const before = await entriesOf(whole)
    await whole.close()
    changeFile(scratch.file, sql)
    const store = sqliteStore(scratch.file)
    expect(await entriesOf(store)).toEqual(before)
    expect(await store.directory.get('lamp-a')).toEqual(before[0])
    expect(idsOf(await entriesOf(store, { definition: 'lamp', status: 'active' }))).toEqual(['a', 'b', 'c'])
    expect(idsOf(await entriesOf(store, { state: 'on' }))).toEqual(['a'])
    expect(idsOf(await entriesOf(store, { state: 'off' }))).toEqual(['b', 'c'])
    expect(idsOf(await entriesOf(store, { state: 'off', limit: 1 }))).toEqual(['b'])
    expect(idsOf(await entriesOf(store, { status: 'active', dueBefore: Number.MAX_SAFE_INTEGER }))).toEqual(['a'])
    expect((await planRecovery({ store, agents: [lamp] })).troubled).toEqual([])
    await store.close()
  })

  test.each(DAMAGES)('DIR-15 %s: its timers fire, and no one is harmed', async (_what, sql) => {
    changeFile(scratch.file, sql)
    const reports: Report[] = []
    const onReport = (report: Report): unknown => reports.push(report)
    const worker = await createWorker({ store: sqliteStore(scratch.file), agents: [lamp], onReport })
    const agent = await worker.attach(lamp, 'a')
    await agent.waitFor((state) => state.matches('waiting'))
    await (await worker.attach(lamp, 'b')).send({ type: 'on' })
    await worker.close()
    expect(reports).toEqual([])
  })

  test.each(DAMAGES)('DIR-15 %s: the doctor tells it, and a rebuild repairs it', async (_what, sql) => {
    changeFile(scratch.file, sql)
    const store = sqliteStore(scratch.file)
    expect(await wrongIn(store)).toEqual([expect.stringMatching(/^DIRECTORY .* of 1 agent: lamp-a$/)])
    expect(await store.directory.rebuild()).toEqual({ agents: 3, repaired: 1 })
    expect(await wrongIn(store)).toEqual([])
    await store.close()
  })

  test.each(DAMAGES)('DIR-15 %s: the next record of the agent repairs it', async (_what, sql) => {
    changeFile(scratch.file, sql)
    const client = await createClient({ store: sqliteStore(scratch.file), agents: [lamp] })
    await (await client.attach(lamp, 'a')).send({ type: 'off' })
    const { store } = client.parts
    expect(await wrongIn(store)).toEqual([])
    expect(idsOf(await entriesOf(store, { state: 'off' }))).toEqual(['a', 'b', 'c'])
    await client.close()
  })
})
