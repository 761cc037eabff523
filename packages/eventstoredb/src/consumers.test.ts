/** Real processes that share a consumer on a server: killed, and stopped while another one takes over. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createRuntime, defineAgent } from '@refold/core'
import type { Runtime } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import type { DevServer } from '@refold/dev-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { bundle, startChild } from './children.fixture.js'
import type { Child } from './children.fixture.js'
import { eventStoreDBStore } from './event-store-db-store.js'

const note = defineAgent({
  name: 'note',
  version: 1,
  machine: setup({}).createMachine({ on: { more: { actions: () => {} } } }),
})
const AGENTS = ['a', 'b', 'c']
const EACH = 50

interface Given {
  readonly agent: string
  readonly revision: number
  readonly key: string
}

describe('processes that share a consumer on a server', () => {
  let file = ''
  let server: DevServer
  let prefix = ''
  let runtime: Runtime
  const children: Child[] = []

  beforeAll(async () => {
    ;[file, server] = await Promise.all([bundle('consumer-child.fixture.ts'), startDevServer({ port: 0 })])
  })
  afterAll(async () => {
    rmSync(file, { force: true })
    await server.close()
  })
  beforeEach(async () => {
    prefix = `${randomUUID().slice(0, 8)}.`
    const { connectionString } = server
    runtime = await createRuntime({ store: eventStoreDBStore({ connectionString, prefix }), agents: [note] })
    for (const id of AGENTS) {
      const agent = await runtime.start(note, { id })
      await Promise.all(Array.from({ length: EACH - 1 }, () => agent.send({ type: 'more' })))
    }
  })
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()))
    await runtime.close()
  })

  /** Resolves when it knows whether it is the owner. */
  async function consume(given: Given[], waitMs: number): Promise<Child> {
    const child = startChild(file, [server.connectionString, prefix, String(waitMs)])
    children.push(child)
    let ready = (): void => {}
    const isReady = new Promise<void>((resolve) => (ready = resolve))
    const listen = async (): Promise<void> => {
      for await (const line of child.lines) {
        const told = JSON.parse(line) as Given | { readonly isOwner: boolean }
        if ('isOwner' in told) ready()
        else given.push(told)
      }
    }
    void listen()
    await isReady
    return child
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
    const owner = await consume(first, 100)
    await consume(second, 0)
    await until(() => first.length > 20)
    expect(second).toEqual([])
    await owner.kill()
    await until(() => count([...first, ...second]) === AGENTS.length * EACH)
    expectInOrder(first)
    expectInOrder(second)
    while ((await runtime.consumer('lines').status()).epoch < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await runtime.consumer('lines').parked()).toEqual([])
  })

  test('CON-12 a stopped process that wakes after it was replaced begins nothing, parks nothing and moves no place', async () => {
    const [first, second]: [Given[], Given[]] = [[], []]
    const owner = await consume(first, 100)
    await consume(second, 0)
    await until(() => first.length > 20)
    owner.signal('SIGSTOP')
    const agent = await runtime.attach(note, 'a')
    for (let n = 0; n < 20; n++) await agent.send({ type: 'more' })
    const hasLast = (last: number) => (): boolean =>
      second.some(({ agent: id, revision }) => id === 'a' && revision === last)
    await until(hasLast(EACH + 19))
    const given = first.length
    owner.signal('SIGCONT')
    for (let n = 0; n < 20; n++) await agent.send({ type: 'more' })
    await until(hasLast(EACH + 39))
    expect(first.length).toBe(given)
    expectInOrder(second)
    expect(await runtime.consumer('lines').status()).toMatchObject({ epoch: 2, parked: 0 })
  })
})
