/** A writer and a reader on a worker each, and what a test looks for in what they did. */
import { randomUUID } from 'node:crypto'
import type { AnyAgent } from '@refold/core'
import type { RecordMetadata } from '@refold/core/record'
import { reader, writer } from './correspondents.fixture.js'
import type { Simulation } from '../simulation/simulation.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'

export const AGENTS = { agents: () => [writer, reader] }
/** Longer than a lease and some heartbeats. */
export const LONG_MS = 60_000

export interface Scene {
  readonly a: SimulatedProcess
  readonly b: SimulatedProcess
  readonly from: AnyAgent
  readonly to: AnyAgent
}

/** Two workers; the first owns the writer, the second the reader. */
export async function correspondence(simulation: Simulation): Promise<Scene> {
  const a = simulation.process('a', AGENTS)
  const b = simulation.process('b', AGENTS)
  await simulation.until(Promise.all([a.start(), b.start()]))
  const from = await simulation.until(a.startAgent('writer', { id: '1' }))
  const to = await simulation.until(b.startAgent('reader', { id: '1' }))
  return { a, b, from, to }
}

export async function notesOf(simulation: Simulation, process: SimulatedProcess): Promise<readonly string[]> {
  const agent = await simulation.until(process.attach('reader', '1'))
  return agent.getSnapshot().context.notes as readonly string[]
}

export async function types(simulation: Simulation, stream: string): Promise<readonly string[]> {
  return (await simulation.records(stream)).map(({ type }) => type)
}

/** The pauses between tries have long stopped growing then. */
export const MANY = 200
export const ENOUGH = 20
export const MOST_PAUSE_MS = 6_000

export function failuresOf({ logLines }: SimulatedProcess): readonly string[] {
  return logLines.map(({ message }) => message).filter((message) => message.endsWith('it is tried again'))
}

/** Appends a record that no fold can take. */
export async function damage(simulation: Simulation, stream: string): Promise<void> {
  const store = await simulation.disk.admin()
  const last = (await simulation.records(stream)).at(-1)
  if (last === undefined) throw new Error(`${stream} is empty`)
  const { refold } = last.metadata as unknown as RecordMetadata
  const body = { patch: [{ op: 'replace', path: '/nowhere/at/all', value: 1 }] }
  const record = { id: randomUUID(), type: 'note', data: {}, metadata: { refold: { ...refold, body } as never } }
  const stored = await store.append(stream, [record], { expected: last.revision })
  if (!stored.ok) throw new Error(`${stream} could not be damaged`)
}
