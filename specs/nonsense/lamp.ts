/** One agent with all that can be asked of it, for calls that are to be refused. */
import { createClient, defineAgent, defineConsumer, defineProjection, memoryStore } from '@refold/core'
import { exportStreams, openExport, openHistory } from '@refold/core/history'
import { Simulation } from '@refold/testing'
import { createMachine } from 'xstate'
import { z } from 'zod'

export const machine = createMachine({
  initial: 'on',
  states: { on: { on: { go: 'off' } }, off: { type: 'final' } },
})
export const lamp = defineAgent({ name: 'lamp', version: 1, machine, events: { go: z.object({}) } })
export const agents = [lamp]
export const store = memoryStore()
export const client = await createClient({ store, agents })
export const agent = await client.start(lamp, { id: '1' })
export const watched = defineProjection({ name: 'watched', version: 1, initial: 0, evolve: (count) => count + 1 })
export const projection = await client.project(watched)
await client.consume(defineConsumer({ name: 'counter', each: () => {} }))
export const history = await openHistory(store, 'lamp-1')
const lines: string[] = []
for await (const text of exportStreams(store, ['lamp-1'])) lines.push(text)
export const file = await openExport(new Blob(lines))
export const simulation = new Simulation({ seed: 1, backing: () => memoryStore() as never })

/** A call with options of any shape: that a type would refuse them is not what is tested. */
export type Loose = (...args: readonly unknown[]) => unknown
export const loose = (called: unknown): Loose => called as Loose
export const method = (owner: object, name: string): Loose =>
  loose(((owner as Record<string, unknown>)[name] as Function).bind(owner))

export function first(result: unknown): Promise<unknown> {
  return (result as AsyncIterable<unknown>)[Symbol.asyncIterator]().next()
}
