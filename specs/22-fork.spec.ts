/** Forks in a file, in a long life, behind a codec, and where a person has to approve. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, createRuntime, defineAgent, effect, memoryLog, memoryStore } from '@refold/core'
import type { Codec } from '@refold/core'
import { openHistory } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { assign, setup, spawnChild } from 'xstate'
import { z } from 'zod'

/** Occurs in what a user gives, and nowhere else. */
const SECRET = 'sesame-7f3a, which is long enough to be copied'

const keeping = defineAgent({
  name: 'keeping',
  version: 1,
  events: { note: z.object({ text: z.string() }), watch: z.object({}), ask: z.object({}), approve: z.object({}) },
  approvals: { approve: ({ context }: { context: { notes: string[] } }) => ({ notes: context.notes.length }) },
  machine: setup({
    types: {
      context: {} as { notes: string[] },
      events: {} as { type: 'note'; text: string } | { type: 'watch' } | { type: 'ask' } | { type: 'approve' },
    },
    actors: { watch: effect(() => new Promise<string>(() => {})) },
  }).createMachine({
    context: { notes: [] },
    initial: 'open',
    on: {
      note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text].slice(-50) }) },
      watch: { actions: spawnChild('watch') },
    },
    states: { open: { on: { ask: 'asking' } }, asking: { on: { approve: 'approved' } }, approved: {} },
  }),
})

/** Turns every byte: enough to see what is stored in clear. */
const turning: Codec = {
  name: 'turning',
  encode: (plain) => ({ bytes: plain.map((byte) => byte ^ 0x5a) }),
  decode: (bytes) => bytes.map((byte) => byte ^ 0x5a),
}

describe('a fork', () => {
  let directory: string
  const file = (name: string): string => join(directory, name)

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'refold-forks-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test('FRK-8 FRK-18 of a long life goes on for long in a file, where a process that begins finds what the last one had', async () => {
    const open = (agents = [keeping]) =>
      createRuntime({ store: sqliteStore(file('long.db')), agents, worker: false, snapshots: { everyEvents: 10_000 } })
    let live: string
    {
      await using runtime = await open()
      const origin = await runtime.start(keeping, { id: '1' })
      for (let times = 0; times < 300; times++) await origin.send({ type: 'note', text: `note ${times}` })
      await origin.send({ type: 'watch' })
      const fork = await runtime.fork(keeping, '1', { as: '2' })
      for (let times = 0; times < 300; times++)
        await fork.send({ type: times % 50 === 0 ? 'watch' : 'note', text: `${SECRET} ${times}` } as never)
      live = JSON.stringify(fork.getSnapshot().context)
      expect(new Set(fork.getSnapshot().effects.map(({ key }) => key)).size).toBe(7)
    }
    await using runtime = await open()
    const found = await runtime.attach(keeping, '2')
    expect(JSON.stringify(found.getSnapshot().context)).toBe(live)
    expect(found.getSnapshot().effects.map(({ effect: id }) => id)).toEqual([
      '301.0',
      '303.0',
      '353.0',
      '403.0',
      '453.0',
      '503.0',
      '553.0',
    ])
    const history = await openHistory(sqliteStore(file('long.db')), 'keeping-2')
    const { document, effects } = await history.at(history.last)
    expect(JSON.stringify(document.root.context)).toBe(live)
    expect(effects.map(({ scheduledAt }) => scheduledAt)).toEqual([-1, 1, 51, 101, 151, 201, 251])
  })

  test('LOG-1 FRK-18 behind a codec holds no text of a user, and its history goes on with the codec', async () => {
    const codecs = [turning]
    {
      await using client = await createClient({ store: sqliteStore(file('sealed.db')), agents: [keeping], codecs })
      const origin = await client.start(keeping, { id: '1' })
      await origin.send({ type: 'note', text: SECRET })
      await client.fork(keeping, '1', { as: '2', event: { type: 'note', text: `${SECRET} too` } })
    }
    for (const name of readdirSync(directory).filter((each) => each.startsWith('sealed')))
      expect(readFileSync(file(name)).includes('sesame')).toBe(false)
    const history = await openHistory(sqliteStore(file('sealed.db')), 'keeping-2', { codecs })
    expect((await history.blame('/context/notes/0')).steps.map(({ agent }) => agent.id)).toEqual(['2', '1'])
    const blind = await openHistory(sqliteStore(file('sealed.db')), 'keeping-2')
    expect(blind.trouble?.error.code).toBe('UNREADABLE')
    expect(blind.outline().map(({ kind }) => kind)).toEqual(['forked', 'event'])
  })

  test('FRK-10 is not made by an event that needs an approval, and is asked, and answered, as any agent is', async () => {
    await using runtime = await createRuntime({ store: memoryStore(memoryLog()), agents: [keeping] })
    const origin = await runtime.start(keeping, { id: '1' })
    await origin.send({ type: 'ask' })
    const asked = await origin.approval('approve')
    await expect(runtime.fork(keeping, '1', { as: '2', event: { type: 'approve' } })).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
    })
    const fork = await runtime.fork(keeping, '1', { as: '2' })
    const { payload: _shown, ...ofOrigin } = asked
    await expect(fork.send({ type: 'approve' }, { by: 'ana', approval: ofOrigin })).rejects.toMatchObject({
      code: 'INVALID_INPUT', // it is another agent's
    })
    const { payload, ...approval } = await fork.approval('approve')
    expect(payload).toEqual({ notes: 0 })
    const { value } = await fork.send({ type: 'approve' }, { by: 'ana', approval })
    expect(value).toBe('approved')
    expect(origin.getSnapshot().value).toBe('asking')
  })
})
