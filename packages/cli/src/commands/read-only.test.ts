/** Reading by a process that may only read: where its user is root, who may everything, it has given that up. */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, defineAgent } from '@refold/core'
import type { Runtime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { ended, MAIN } from '../fleet.fixture.js'
import type { Ended } from '../fleet.fixture.js'

const AS_OTHERS = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] as const
const IS_ROOT = process.getuid?.() === 0
const NO_WAY = 'root may write to any file here, and setpriv, which takes that away, is not there or not allowed'
/** Whether a process can be had to which the rights of files say anything. */
const CAN_BE_REFUSED = !IS_ROOT || spawnSync(AS_OTHERS[0], [...AS_OTHERS.slice(1), 'true']).status === 0

const order = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({}).createMachine({ initial: 'new', states: { new: { on: { go: 'gone' } }, gone: {} } }),
})

const COMMANDS = [
  'ls',
  'ls --where state=gone',
  'stats',
  'show order-1',
  'history order-1',
  'state order-1',
  'diff order-1 0..1',
  'blame order-1 /value',
  'explain order-1@1',
  'find order-1 --where state=gone',
  'tail --once',
  'export order',
  'consumers',
  'parked',
  'query',
  'doctor',
  'chart order',
]

/** Closed in order; as a process leaves it that was killed, without the lock file; open. */
const PLACES = ['closed', 'left', 'open']

describe('with the right to read alone', () => {
  let directory: string
  let runtime: Runtime<'order'>
  const at = (name: string): string => join(directory, name)

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'refold-looked-at-'))
    chmodSync(directory, 0o755)
    for (const name of PLACES) mkdirSync(at(name))
    await (await begun('closed')).close()
    runtime = await begun('open')
    for (const end of ['', '-wal']) copyFileSync(at(`open/agents.db${end}`), at(`left/agents.db${end}`))
    for (const name of PLACES) protect(at(name))
  })
  afterAll(async () => {
    for (const name of PLACES) chmodSync(at(name), 0o755)
    await runtime.close()
    rmSync(directory, { recursive: true, force: true })
  })

  async function begun(name: string): Promise<Runtime<'order'>> {
    const made = await createRuntime({ store: sqliteStore(at(`${name}/agents.db`)), agents: [order] })
    await (await made.start(order, { id: '1' })).send({ type: 'go' })
    return made
  }

  function protect(place: string): void {
    for (const name of readdirSync(place))
      if (name.startsWith('agents.db') && !name.endsWith('workers')) chmodSync(join(place, name), 0o444)
    chmodSync(place, 0o555)
  }

  function run(args: readonly string[]): Promise<Ended> {
    const [command = '', ...words] = [...(IS_ROOT ? AS_OTHERS : []), process.execPath, MAIN, ...args]
    return ended(spawn(command, words, { cwd: '/' }))
  }

  test.for(PLACES)(
    'CLI-123 each command reads a file that is %s, and leaves nothing beside it',
    async (name, context) => {
      if (!CAN_BE_REFUSED) context.skip(NO_WAY)
      const before = readdirSync(at(name))
      expect(before).toContain('agents.db')
      for (const command of COMMANDS) {
        const told = await run([...command.split(' '), '--store', at(`${name}/agents.db`)])
        expect(told, command).toMatchObject({ code: 0, stderr: '' })
        if (command === 'ls') expect(told.stdout).toContain('order-1')
      }
      expect(readdirSync(at(name))).toEqual(before)
      expect(readdirSync(tmpdir()).filter((one) => one.startsWith('refold-copy-'))).toEqual([])
    },
  )

  test('CLI-123 what acts says that it may not write', async (context) => {
    if (!CAN_BE_REFUSED) context.skip(NO_WAY)
    const told = await run(['rebuild', '--store', at('closed/agents.db')])
    expect(told).toMatchObject({ code: 7, stdout: '' })
    expect(told.stderr).toContain('right to write')
  })
})
