/** One machine and what happens to it, played by XState's own interpreter and by Refold with a crash after every step. */
import { defineAgent } from '@refold/core'
import type { JsonValue } from '@refold/core'
import type { StateDocument } from '@refold/core/record'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { createActor, SimulatedClock } from 'xstate'
import type { AnyStateMachine, EventObject } from 'xstate'
import { foldEach } from '../record-format/reference-fold.js'

/** An event that is sent, or so many milliseconds that pass. */
export type Happening = EventObject | number

/** A feature, as the conformance page names it, and a machine that uses it. */
export interface Scenario {
  readonly feature: string
  readonly machine: () => AnyStateMachine
  readonly happenings: readonly Happening[]
}

/** What can be compared of a snapshot and of a state. */
export interface Seen {
  readonly status: string
  readonly value: unknown
  readonly context: unknown
  readonly output?: unknown
  readonly tags: readonly string[]
}

/** What both gave. */
export interface Played {
  readonly seen: readonly Seen[]
  readonly emitted: readonly unknown[]
}

const SETTLE_MS = 1_000

/** By `createActor`, never stopped. */
export async function playPlain({ machine, happenings }: Scenario): Promise<Played> {
  const clock = new SimulatedClock()
  const actor = createActor(machine(), { clock, logger: () => {} })
  const emitted: unknown[] = []
  actor.on('*', (event) => emitted.push(event))
  actor.start()
  const seen: Seen[] = []
  const look = async (): Promise<void> => {
    await settled()
    seen.push(seenOf(actor.getSnapshot()))
  }
  await look()
  for (const happening of happenings) {
    if (typeof happening === 'number') clock.increment(happening)
    else actor.send(happening)
    await look()
  }
  actor.stop()
  return { seen, emitted }
}

/** By an agent whose process is killed after every step. */
export async function playDurably(simulation: Simulation, { machine, happenings }: Scenario): Promise<Played> {
  const process = simulation.process('a', {
    agents: () => [defineAgent({ name: 'scenario', version: 1, machine: machine() as never })],
  })
  await simulation.until(process.start())
  await simulation.until(process.startAgent('scenario', { id: '1' }))
  const seen: Seen[] = [await lookAfterCrash(simulation, process)]
  for (const happening of happenings) {
    if (typeof happening === 'number') await simulation.advance(happening)
    else await simulation.until((await simulation.until(process.attach('scenario', '1'))).send(happening))
    seen.push(await lookAfterCrash(simulation, process))
  }
  const records = await simulation.records('scenario-1')
  const emitted = records.flatMap(
    ({ metadata }) => (metadata as unknown as { refold: { body: { emit?: JsonValue[] } } }).refold.body.emit ?? [],
  )
  return { seen, emitted }
}

/** By an agent that lives on: every state it showed, as text, and what its records fold to at that revision. */
export async function playLive(
  simulation: Simulation,
  { machine, happenings }: Scenario,
): Promise<{ readonly live: readonly string[]; readonly folded: readonly string[] }> {
  const process = simulation.process('a', {
    agents: () => [defineAgent({ name: 'scenario', version: 1, machine: machine() as never })],
  })
  await simulation.until(process.start())
  const agent = await simulation.until(process.startAgent('scenario', { id: '1' }))
  const shown = new Map<number, string>()
  agent.subscribe((state) => shown.set(Number(state.revision), textOf(state)))
  for (const happening of happenings) {
    if (typeof happening === 'number') await simulation.advance(happening)
    else await simulation.until(agent.send(happening))
    await simulation.advance(SETTLE_MS)
  }
  const states = foldEach(await simulation.records('scenario-1')) as readonly StateDocument[]
  const revisions = [...shown.keys()]
  return {
    live: [...shown.values()],
    folded: revisions.map((revision) => textOf({ status: 'active', ...states[revision]?.root })),
  }
}

/** With the order of keys. */
function textOf({
  status,
  value,
  context,
  output,
  error,
}: {
  status: string
  value?: unknown
  context?: unknown
  output?: unknown
  error?: unknown
}): string {
  return JSON.stringify({ status, value, context, output, error }, withoutRefs)
}

async function lookAfterCrash(simulation: Simulation, process: SimulatedProcess): Promise<Seen> {
  await simulation.advance(SETTLE_MS)
  process.kill()
  await simulation.until(process.start())
  const agent = await simulation.until(process.attach('scenario', '1'))
  return seenOf(agent.getSnapshot())
}

function seenOf({
  status,
  value,
  context,
  output,
  tags,
}: {
  status: string
  value: unknown
  context: unknown
  output?: unknown
  tags: ReadonlySet<string>
}): Seen {
  return JSON.parse(JSON.stringify({ status, value, context, output, tags: [...tags] }, withoutRefs)) as Seen
}

/** References to actors, and the pointers that stand for them outside, are compared by what they do, not by their names. */
function withoutRefs(_key: string, value: unknown): unknown {
  const isRef = typeof value === 'object' && value !== null && ('xstate$$type' in value || 'actor' in value)
  return isRef ? null : value
}

/** Everything that promises of the machine do at once is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
