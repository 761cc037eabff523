/** Agents on a real server: two workers, one of them killed, and a server that is killed under them. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { Runtime, Store } from '@refold/core'
import { createRuntime, createWorld } from '@refold/core'
import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { bundle, startChild, type Child } from './children.fixture.js'
import { eventStoreDBStore } from './event-store-db-store.js'
import { startOwnServer, whyNoCommand, type StartedServer } from './real-server.fixture.js'
import { stepper, STEPS } from './stepper.fixture.js'

interface Begun {
  readonly agent: string
  readonly step: number
  readonly key: string
}

const AGENTS = 20
const reason = whyNoCommand()
const closing: (() => Promise<unknown>)[] = []
let server: StartedServer | undefined
let workerFile = ''

beforeAll(async () => {
  if (reason !== undefined) return
  server = await startOwnServer()
  workerFile = await bundle('worker-child.fixture.ts')
}, 90_000)

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

afterAll(async () => {
  rmSync(workerFile, { force: true })
  await server?.stop()
})

describe('agents on EventStoreDB', { timeout: 90_000 }, () => {
  test('ESDB-16 a worker is killed and another one, in another process, finishes its agents without repeating a step', async (context) => {
    const place = openPlace(context)
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

  test('ESDB-16 two workers share the agents, and each step is recorded once', async (context) => {
    const place = openPlace(context)
    const client = await openClient(place)
    const [one, other]: [Begun[], Begun[]] = [[], []]
    startWorker(place, one, { stepMs: 5 })
    startWorker(place, other, { stepMs: 5 })
    const agents = await startAgents(client)
    await Promise.all(agents.map((agent) => agent.send({ type: 'note', text: 'hello' }).catch(() => {})))
    await Promise.all(agents.map(async (agent) => expect((await agent.done()).output).toEqual(steps())))
    await expectEachStepOnce(place.store, agents)
  })

  test('ESDB-16 the server is killed and started again under working agents: they go on, and repeat no recorded step', async (context) => {
    const place = openPlace(context)
    const client = await openClient(place)
    const begun: Begun[] = []
    startWorker(place, begun, { stepMs: 50 })
    const agents = await startAgents(client)
    await until(() => begun.length > AGENTS)
    await server?.kill()
    await server?.start()
    await Promise.all(agents.map(async (agent) => expect((await agent.done()).output).toEqual(steps())))
    await expectEachStepOnce(place.store, agents)
  })
})

interface Place {
  readonly prefix: string
  readonly store: Store
}

function openPlace(context: TestContext): Place {
  if (reason !== undefined || server === undefined) context.skip(reason)
  const prefix = `${randomUUID().slice(0, 8)}.`
  const store = eventStoreDBStore({ connectionString: server?.connectionString ?? '', prefix, timeoutMs: 3000 })
  closing.push(() => store.close())
  return { prefix, store }
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

function startWorker({ prefix }: Place, begun: Begun[], { stepMs }: { readonly stepMs: number }): Child {
  const child = startChild(workerFile, [server?.connectionString ?? '', prefix, String(stepMs)])
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
