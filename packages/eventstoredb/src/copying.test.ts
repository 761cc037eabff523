/** Agents moved between a file and a server. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyStreams, createRuntime, createWorld, type Store, type StoredEvent } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { FaultProxy } from './fault-proxy.fixture.js'
import { describeOn, DEV_SERVER, REAL_SERVER } from './servers.fixture.js'
import { stepper, STEPS } from './stepper.fixture.js'

const AGENTS = 20
const closing: (() => Promise<unknown>)[] = []
const world = createWorld({ logger: { log: () => {} } })

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

describeOn([DEV_SERVER, REAL_SERVER], (server) => {
  test('COPY-1 COPY-4 agents half-way go from a file to the server, go on there, and come back', async () => {
    const places = [filePlace(), serverPlace(server())] as const
    const begun = await workUntil(places[0], { steps: AGENTS * 2 })
    const [file, onServer, back] = [opened(places[0]), opened(places[1]), opened(filePlace())]
    const { events } = await copyStreams(file, onServer)
    expect((await all(onServer)).map(textOf)).toEqual((await all(file)).map(textOf))
    const went = await workUntil(places[1], { steps: Infinity })
    for (const step of begun.done) expect(went.bodies).not.toContain(step)
    const returned = await copyStreams(onServer, back)
    expect(returned).toMatchObject({ streams: AGENTS + 1, stored: returned.events })
    expect(returned.events).toBeGreaterThan(events)
    expect((await all(back)).map(textOf)).toEqual((await all(onServer)).map(textOf))
  })

  test('COPY-2 a copy whose connection is cut again and again comes to its end, and stores each event once', async () => {
    const proxy = await FaultProxy.open({ targetPort: server().port })
    closing.push(() => proxy.close())
    const prefix = `${randomUUID().slice(0, 8)}.`
    const place = filePlace()
    await workUntil(place, { steps: AGENTS * 2 })
    const file = opened(place)
    const faulty = opened(serverPlace(proxy, prefix))
    let appends = 0
    const onProgress = (): void => {
      if (++appends % 10 === 5) proxy.cutAtAnswer()
    }
    for (let tries = 0; tries < 20; tries++)
      if (
        await copyStreams(file, faulty, { onProgress }).then(
          () => true,
          () => false,
        )
      )
        break
    const copy = opened(serverPlace(server(), prefix))
    expect((await all(copy)).map(textOf)).toEqual((await all(file)).map(textOf))
    expect(appends).toBeGreaterThan(20)
  })
})

/** Opens the same data each time. */
type Place = () => Store

function filePlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), 'refold-esdb-copy-'))
  closing.push(async () => rmSync(directory, { recursive: true }))
  return () => sqliteStore(join(directory, 'agents.db'))
}

function serverPlace({ connectionString }: { readonly connectionString: string }, given?: string): Place {
  const prefix = given ?? `${randomUUID().slice(0, 8)}.`
  return () => eventStoreDBStore({ connectionString, prefix, timeoutMs: 20_000 })
}

function opened(place: Place): Store {
  const store = place()
  closing.push(() => store.close())
  return store
}

/** Works on a store until so many bodies have begun, or all is done; then stops, in the middle of things. */
async function workUntil(place: Place, { steps }: { readonly steps: number }) {
  const bodies: string[] = []
  let enough: () => void = () => {}
  const reached = new Promise<void>((resolve) => (enough = resolve))
  const definition = stepper(async (agent, step) => {
    bodies.push(`${agent}/${step}`)
    if (bodies.length >= steps) enough()
  })
  const runtime = await createRuntime({
    store: place(),
    agents: [definition],
    worker: { leaseDurationMs: 1000 },
    world,
  })
  const ids = Array.from({ length: AGENTS }, (_, index) => String(index))
  const agents = await Promise.all(ids.map((id) => runtime.start(definition, { id, input: { agent: id } })))
  const ends = Promise.all(agents.map(async (agent) => expect((await agent.done()).output).toHaveLength(STEPS)))
  await Promise.race([reached, ends])
  ends.catch(() => {}) // closed before
  await runtime.close()
  const done: string[] = []
  for (const { type, stream, data } of await all(opened(place)))
    if (type === 'refold.effect.done')
      done.push(`${stream.slice('stepper-'.length)}/${(data as { output: number }).output}`)
  return { bodies, done }
}

async function all(store: Store): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const page of store.readAll()) events.push(...page)
  return events
}

function textOf({ stream, revision, id, type, data, metadata }: StoredEvent): string {
  return JSON.stringify([stream, String(revision), id, type, data, metadata])
}
