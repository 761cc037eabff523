/** Real processes that keep up one projection, killed and stopped from outside. */
import { rmSync } from 'node:fs'
import { createRuntime } from '@refold/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle, startChild } from './children.fixture.js'
import type { Child } from './children.fixture.js'
import { counts, note } from './counts.fixture.js'
import { scratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const AGENTS = ['a', 'b', 'c']
const ROUNDS = 12
const EACH = 40
/** So long a process stays stopped: it may hold the lock that others write by. */
const STOPPED_MS = 300

let file = ''
beforeAll(async () => {
  file = await bundle('projection-child.fixture.ts')
})
afterAll(() => rmSync(file, { force: true }))

test('PRJ-1 PRJ-10 each record counts once in the documents, whenever the processes are killed and stopped', async () => {
  const scratch = scratchDirectory()
  const runtime = await createRuntime({ store: sqliteStore(scratch.file), agents: [note] })
  const agents = await Promise.all(AGENTS.map((id) => runtime.start(note, { id })))
  const children: Child[] = []
  const begin = async (): Promise<void> => {
    const child = startChild(file, [scratch.file])
    children.push(child)
    await child.line()
  }
  await Promise.all([begin(), begin()])
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const written = Promise.all(
        agents.flatMap((agent) => Array.from({ length: EACH }, () => agent.send({ type: 'more' }))),
      )
      const [one, other] = children.slice(-2).map(({ process }) => process)
      if (round % 3 === 0) {
        other?.kill('SIGSTOP')
        setTimeout(() => other?.kill('SIGCONT'), STOPPED_MS)
      }
      one?.kill('SIGKILL')
      await Promise.all([written, begin()])
    }
    for (const child of children) child.process.kill('SIGKILL')
    const projection = await runtime.project(counts)
    for (const agent of agents) await projection.at(agent)
    for (const id of AGENTS) {
      const count = ROUNDS * EACH + 1
      expect(await projection.get(id)).toEqual({ count, next: count, wrong: 0 })
    }
  } finally {
    for (const child of children) child.process.kill('SIGKILL')
    await Promise.all(children.map((child) => child.ended()))
    await runtime.close()
    scratch.remove()
  }
})
