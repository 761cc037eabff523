/** How soon a running worker takes over what one had that has died. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime } from './manual-time.fixture.js'
import { eventsOf, LEASE_MS, startWorker } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const IDS = ['1', '2', '3', '4', '5'] as const

/** Leases of which looks are no even part too, deaths anywhere between two heartbeats, long and short watches. */
const DEATHS = [LEASE_MS, 5_050].flatMap((leaseMs) =>
  [0, 1, 49, 50, 140, 199, 200, 1_499].flatMap((sinceHeartbeatMs) =>
    [1, 60, 130, 250, 4 * LEASE_MS].map((watchedMs) => ({ leaseMs, sinceHeartbeatMs, watchedMs })),
  ),
)

async function dying({ leaseMs, sinceHeartbeatMs, watchedMs }: (typeof DEATHS)[number]) {
  const [log, time, work] = [memoryLog(), new ManualTime(), controlledBody()]
  const definition = workAgent({ body: work.body })
  const options = { log, time, agents: [definition], leaseDurationMs: leaseMs }
  const a = await startWorker({ ...options, id: 'a' })
  for (const id of IDS) await a.runtime.start(definition, { id })
  const heartbeats = Math.ceil(watchedMs / (leaseMs / 3)) + 1
  await time.advance(heartbeats * Math.floor(leaseMs / 3) + sinceHeartbeatMs - watchedMs)
  const b = await startWorker({ ...options, id: 'b' })
  await time.advance(watchedMs)
  expect(work.runs).toHaveLength(5)
  a.die()
  return { log, time, work, a, b }
}

const toldBy = ({ takenOver }: Awaited<ReturnType<typeof startWorker>>): unknown =>
  takenOver
    .toSorted((one, other) => one.agent.id.localeCompare(other.agent.id))
    .map(({ agent, previous, why, effects }) => [agent.id, previous, why, effects])

test.each(DEATHS)(
  'WRK-5 WRK-4 what a worker of another machine had goes on within its lease and 250 ms, and the new one tells it: %j',
  async (death) => {
    const { log, time, work, a, b } = await dying(death)
    await time.advance(death.leaseMs + 250)
    expect(work.runs).toHaveLength(10)
    expect(toldBy(b)).toEqual(IDS.map((id) => [id, a.runtime.id, 'silent', 1]))
    expect((await eventsOf(log, 'work-1'))[1]).toMatchObject({ data: { previous: a.runtime.id, why: 'silent' } })
  },
)

test.each(DEATHS)(
  'WRK-5 WRK-4 what a worker of the same machine had goes on within 250 ms of its death, and the new one tells it: %j',
  async (death) => {
    const { log, time, work, a, b } = await dying(death)
    log.workers.set(a.runtime.id, undefined) // as the operating system gives up its lock
    await time.advance(250)
    expect(work.runs).toHaveLength(10)
    expect(toldBy(b)).toEqual(IDS.map((id) => [id, a.runtime.id, 'ended', 1]))
  },
)
