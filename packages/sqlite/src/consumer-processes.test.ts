/** Real processes that share a consumer, killed and ended. */
import { rmSync } from 'node:fs'
import { createRuntime, defineAgent } from '@refold/core'
import type { Runtime } from '@refold/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { bundle, startChild } from './children.fixture.js'
import type { Child } from './children.fixture.js'
import { scratchDirectory } from './scratch-directory.fixture.js'
import type { ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const note = defineAgent({
  name: 'note',
  version: 1,
  machine: setup({}).createMachine({ on: { more: { actions: () => {} } } }),
})
const AGENTS = ['a', 'b', 'c']
const EACH = 100

function isStanding(line: unknown): line is { readonly isOwner: boolean } {
  return 'isOwner' in (line as object)
}

interface Given {
  readonly agent: string
  readonly revision: number
  readonly key: string
}

describe('processes that share a consumer on one file', () => {
  let file = ''
  let scratch: ScratchDirectory
  let children: Child[] = []
  let runtime: Runtime

  beforeAll(async () => {
    file = await bundle('consumer-child.fixture.ts')
  })
  afterAll(() => rmSync(file, { force: true }))
  beforeEach(async () => {
    scratch = scratchDirectory()
    children = []
    runtime = await createRuntime({ store: sqliteStore(scratch.file), agents: [note] })
    for (const id of AGENTS) {
      const agent = await runtime.start(note, { id })
      await Promise.all(Array.from({ length: EACH - 1 }, () => agent.send({ type: 'more' })))
    }
  })
  afterEach(async () => {
    for (const child of children) child.process.kill('SIGKILL')
    await Promise.all(children.map((child) => child.ended()))
    await runtime.close()
    scratch.remove()
  })

  /** Resolves when it knows whether it is the owner. */
  async function consume(given: Given[], waitMs: number): Promise<Child & { readonly isOwner: boolean }> {
    const child = startChild(file, [scratch.file, String(waitMs)])
    children.push(child)
    let ready = (_isOwner: boolean): void => {}
    const isReady = new Promise<boolean>((resolve) => (ready = resolve))
    const listen = async (): Promise<void> => {
      for (let line = await child.line(); line !== undefined; line = await child.line())
        if (isStanding(line)) ready(line.isOwner)
        else given.push(line as Given)
    }
    void listen()
    return { ...child, isOwner: await isReady }
  }
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const count = (given: readonly Given[]): number => new Set(given.map(({ key }) => key)).size
  function expectInOrder(given: readonly Given[]): void {
    for (const id of AGENTS) {
      const revisions = given.filter(({ agent }) => agent === id).map(({ revision }) => revision)
      expect(revisions).toEqual(revisions.toSorted((one, other) => one - other))
    }
  }

  test('CON-10 CON-11 after the death of the owner another process gives every record that is missing', async () => {
    const [first, second]: [Given[], Given[]] = [[], []]
    const owner = await consume(first, 20)
    await consume(second, 0)
    await until(() => first.length > 20)
    expect(second).toEqual([])
    owner.process.kill('SIGKILL')
    await until(() => count([...first, ...second]) === AGENTS.length * EACH)
    expectInOrder(first)
    expectInOrder(second)
    const repeated = second.filter(({ key }) => first.some((one) => one.key === key))
    expect(repeated.length).toBeLessThanOrEqual(256)
    while ((await runtime.consumer('lines').status()).epoch < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await runtime.consumer('lines').parked()).toEqual([])
  })

  test('CON-53 a process that begins when the owner is dead goes on at once', async () => {
    const [first, second]: [Given[], Given[]] = [[], []]
    const owner = await consume(first, 20)
    await until(() => first.length > 20)
    owner.process.kill('SIGKILL')
    await owner.ended()
    await (await createRuntime({ store: sqliteStore(scratch.file), agents: [note] })).close() // it looks at the locks too
    expect(await consume(second, 0)).toMatchObject({ isOwner: true })
    await until(() => count([...first, ...second]) === AGENTS.length * EACH)
  })

  test('CON-8 CON-13 a process that is asked to end gives its consumer up, and no record is given twice', async () => {
    const [first, second]: [Given[], Given[]] = [[], []]
    const owner = await consume(first, 20)
    await consume(second, 0)
    await until(() => first.length > 20)
    owner.process.kill('SIGTERM')
    await owner.ended()
    await until(() => count([...first, ...second]) === AGENTS.length * EACH)
    expect(first.length + second.length).toBe(AGENTS.length * EACH)
    expectInOrder([...first, ...second])
  })
})
