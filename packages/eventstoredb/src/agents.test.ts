/** Agents on a server: two workers, one of them killed, and a server that is killed under them. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { Runtime, Store } from '@refold/core'
import { createRuntime, createWorld } from '@refold/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { bundle, startChild, type Child } from './children.fixture.js'
import { eventStoreDBStore } from './event-store-db-store.js'
import { CLUSTER, describeOn, DEV_SERVER, REAL_SERVER, type TestServer } from './servers.fixture.js'
import { stepper, STEPS } from './stepper.fixture.js'

interface Begun {
  readonly agent: string
  readonly step: number
  readonly key: string
}

const AGENTS = 20
const closing: (() => Promise<unknown>)[] = []
let workerFile = ''

beforeAll(async () => {
  workerFile = await bundle('worker-child.fixture.ts')
})

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

afterAll(() => rmSync(workerFile, { force: true }))

describeOn([DEV_SERVER, REAL_SERVER, CLUSTER], (server) => {
  test('ESDB-16 a worker is killed and another one, in another process, finishes its agents without repeating a step', async () => {
    const place = openPlace(server())
    const client = await openClient(place)
    const begun: Begun[] = []
    const first = startWorker(place, begun, { stepMs: 20 })
    const agents = await startAgents(client)
    await until(() => begun.length > AGENTS)
    await first.kill()
    const before = new Set(begun.map(({ agent, step }) => `${agent}/${step}`))
    startWorker(place, begun, { stepMs: 0 })
    await Promise.all(agents.map(async (agent) => expect((await agent.done()).output).toEqual(steps())))
    await expectEachStepOnce(place.store, agents)
    const again = begun.filter(({ agent, step }, index) => index >= before.size && before.has(`${agent}/${step}`))
    expect(again.length).toBeLessThanOrEqual(AGENTS) // at most the step that was under way, with the same key
    for (const { agent, step, key } of begun)
      expect(begun.filter((other) => other.agent === agent && other.step === step && other.key !== key)).toEqual([])
  })

  test('ESDB-16 two workers share the agents, and each step is recorded once', async () => {
    const place = openPlace(server())
    const client = await openClient(place)
    const [one, other]: [Begun[], Begun[]] = [[], []]
    startWorker(place, one, { stepMs: 5 })
    startWorker(place, other, { stepMs: 5 })
    const agents = await startAgents(client)
    await Promise.all(agents.map((agent) => agent.send({ type: 'note', text: 'hello' }).catch(() => {})))
    await Promise.all(agents.map(async (agent) => expect((await agent.done()).output).toEqual(steps())))
    await expectEachStepOnce(place.store, agents)
  })

  test('ESDB-16 the server is killed and started again under working agents: they go on, and repeat no recorded step', async () => {
    const place = openPlace(server())
    const client = await openClient(place)
    const begun: Begun[] = []
    startWorker(place, begun, { stepMs: 50 })
    const agents = await startAgents(client)
    await until(() => begun.length > AGENTS)
    await server().kill()
    await server().start()
    await Promise.all(agents.map(async (agent) => expect((await agent.done()).output).toEqual(steps())))
    await expectEachStepOnce(place.store, agents)
  })
})

interface Place {
  readonly connectionString: string
  readonly prefix: string
  readonly store: Store
}

function openPlace({ connectionString }: TestServer): Place {
  const prefix = `${randomUUID().slice(0, 8)}.`
  const store = eventStoreDBStore({ connectionString, prefix, timeoutMs: 20_000 })
  closing.push(() => store.close())
  return { connectionString, prefix, store }
}

const definition = stepper(() => Promise.reject(new Error('a client performs nothing')))

async function openClient({ store }: Place): Promise<Runtime<'stepper'>> {
  const runtime = await createRuntime({
    store,
    agents: [definition],
    worker: false,
    world: createWorld({ logger: { log: () => {} } }),
  })
  closing.push(() => runtime.close())
  return runtime
}

function startAgents(client: Runtime<'stepper'>) {
  const ids = Array.from({ length: AGENTS }, () => randomUUID())
  return Promise.all(ids.map((id) => client.start(definition, { id, input: { agent: id } })))
}

function startWorker(
  { connectionString, prefix }: Place,
  begun: Begun[],
  { stepMs }: { readonly stepMs: number },
): Child {
  const child = startChild(workerFile, [connectionString, prefix, String(stepMs)])
  closing.push(child.kill)
  const listen = async (): Promise<void> => {
    for await (const line of child.lines) begun.push(JSON.parse(line) as Begun)
  }
  void listen()
  return child
}

async function expectEachStepOnce(store: Store, agents: readonly { readonly id: string }[]): Promise<void> {
  for (const { id } of agents) {
    const outcomes: unknown[] = []
    for await (const page of store.read(`stepper-${id}`))
      for (const { type, data } of page)
        if (type === 'refold.effect.done') outcomes.push((data as { readonly output: number }).output)
    expect(outcomes).toEqual(steps())
  }
}

function steps(): readonly number[] {
  return Array.from({ length: STEPS }, (_, step) => step)
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}
