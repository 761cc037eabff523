/** What must not compile. Above each line: what the compiler says (typescript 7.0.2), where it matters. */
import { z } from 'zod'
import { setup } from 'xstate'
import { createRuntime, createWorker, defineAgent, effect } from './api.js'
import type { Store } from './api.js'
import { machine, research, toggler } from './examples.js'
declare const store: Store
const base = { name: 'a', version: 1, machine } as const

// @ts-expect-error Type 'ZodObject<{ by: ZodNumber }>' is missing … from type 'SchemaDiffers<{ by: string }, { by: number }>'
export const n1 = defineAgent({ ...base, events: { approve: z.object({ by: z.number() }) } })
// @ts-expect-error … 'SchemaDiffers<{ by: string }, { by: "ana" | "bob" }>': send() would allow what the schema refuses
export const n2 = defineAgent({ ...base, events: { approve: z.object({ by: z.enum(['ana', 'bob']) }) } })
// @ts-expect-error … from type 'NotAnEvent<"aprove", "approve" | "reject" | "stop" | "tick">'
export const n3 = defineAgent({ ...base, events: { aprove: z.object({ by: z.string() }) } })
// @ts-expect-error … 'SchemaDiffers<{ topic: string }, { subject: string }>'
export const n4 = defineAgent({ ...base, input: z.object({ subject: z.string() }) })
// @ts-expect-error a schema that transforms: 'SchemaDiffers<{ topic: string }, { topic: number }>'
export const n5 = defineAgent({ ...base, input: z.object({ topic: z.string().transform(Number) }) })
// @ts-expect-error 'darft' does not exist in type '{ draft?: CallPolicy<…> … }'. Did you mean to write 'draft'?
export const n6 = defineAgent({ ...base, effects: { darft: { timeoutMs: 1 } } })
// @ts-expect-error a child machine is part of the tree, no effect
export const n7 = defineAgent({ ...base, effects: { child: { timeoutMs: 1 } } })
// @ts-expect-error transition logic neither
export const n8 = defineAgent({ ...base, effects: { reducer: { timeoutMs: 1 } } })
// @ts-expect-error a callback has no outcome to be in doubt about
export const n9 = defineAgent({ ...base, effects: { heartbeat: { safety: 'never-retry' } } })
export const n10 = defineAgent({
  ...base,
  // @ts-expect-error 'Promise<{ output: { text: number } }>' is not assignable to 'Promise<Found<{ text: string; words: number }>>'
  effects: { draft: { safety: { reconcile: async () => ({ output: { text: 3 } }) } } },
})
// @ts-expect-error Property 'words' is missing
export const n11 = defineAgent({ ...base, effects: { draft: { output: z.object({ text: z.string() }) } } })
// @ts-expect-error '"my-agent"' is not assignable to '"a name without \"-\""'
export const n12 = defineAgent({ name: 'my-agent', version: 1, machine })
interface Dated {
  at: Date
  seen: { ids: Map<string, number> }[]
}
const dated = setup({
  types: { context: {} as Dated, events: {} as { type: 'x'; n: bigint } },
}).createMachine({ context: { at: new Date(), seen: [] } })
// @ts-expect-error … required in type 'NotSerializable<"context.at" | "context.seen[].ids" | "event.n">'
export const n13 = defineAgent({ name: 'a', version: 1, machine: dated })
export const n14 = effect(async ({ input }: { input: { a: number } }) => input.a, {
  // @ts-expect-error 'Promise<{ output: string }>' is not assignable to 'Promise<Found<number>>'
  safety: { reconcile: async () => ({ output: 'x' }) },
})
// @ts-expect-error not a schema
export const n15 = defineAgent({ ...base, events: { approve: { by: 'string' } } })
// @ts-expect-error 'timeout' does not exist in type 'CallPolicy<…>'. Did you mean to write 'timeoutMs'?
export const n16 = defineAgent({ ...base, effects: { draft: { timeout: 1 } } })
// @ts-expect-error 'maxAge' does not exist in type 'DedupOptions'. Did you mean to write 'maxAgeMs'?
export const n17 = defineAgent({ ...base, dedup: { maxAge: 1 } })
// @ts-expect-error '{ result: … }' is not assignable to 'Found<number>': what reconcile answers is named
export const n18 = defineAgent({ ...base, effects: { plain: { safety: { reconcile: async () => ({ result: 1 }) } } } })
// @ts-expect-error Property 'version' is missing
export const n19 = defineAgent({ name: 'a', machine })
// @ts-expect-error a retry says how many attempts
export const n20 = effect(async () => 1, { retry: { delayMs: 5 } })
// @ts-expect-error 'aprove' does not exist in type 'Approvals<…>'. Did you mean to write 'approve'?
export const n21 = defineAgent({ ...base, approvals: { aprove: () => 1 } })
// @ts-expect-error Property 'dratf' does not exist on type '{ topic: string; draft: string | null; words: number }'. Did you mean 'draft'?
export const n22 = defineAgent({ ...base, approvals: { approve: ({ context }) => context.dratf } })
// @ts-expect-error an approval is made by a function
export const n23 = defineAgent({ ...base, approvals: { approve: 'draft' } })

export async function calls() {
  const refold = await createRuntime({ store, agents: [research] })
  // @ts-expect-error Type '"toggler"' is not assignable to type '"research"': not registered here
  await refold.start(toggler, { id: '1' })
  // @ts-expect-error Type '"reserch"' is not assignable to type '"research"'
  await refold.find({ definition: 'reserch' })
  // @ts-expect-error Type '"actve"' is not assignable
  await refold.find({ status: 'actve' })
  // @ts-expect-error Type '"toggler"' is not assignable to type '"research"': not registered here
  await refold.pause({ definition: 'toggler' })
  // @ts-expect-error Property 'input' is missing
  await refold.start(research, { id: '1' })
  // @ts-expect-error 'topc' does not exist in type '{ topic: string }'. Did you mean to write 'topic'?
  const agent = await refold.start(research, { id: '1', input: { topc: 'x' } })
  // @ts-expect-error Type '"tick"' is not assignable to type '"approve" | "reject" | "stop"': an internal event
  await agent.send({ type: 'tick', at: 3 })
  // @ts-expect-error Property 'by' is missing
  await agent.send({ type: 'approve' })
  // @ts-expect-error Did you mean '"approve"'?
  await agent.send({ type: 'aprove', by: 'x' })
  // @ts-expect-error XState v4's string events
  await agent.send('approve')
  agent.state$.subscribe((s) => {
    // @ts-expect-error Argument of type '"reviw"'
    s.matches('reviw')
    // @ts-expect-error Type '"nope"'
    s.matches({ review: { human: 'nope' } })
    // @ts-expect-error Argument of type '"bsy"'
    s.hasTag('bsy')
    // @ts-expect-error Did you mean 'draft'?
    void s.context.dratf
    // @ts-expect-error output is undefined before 'done'
    void s.output.draft
  })
  // @ts-expect-error Argument of type 'bigint' is not assignable to parameter of type 'Revision': use toRevision
  agent.eventsFrom(3n)
  // @ts-expect-error 'research' names no approvals
  await agent.approval('approve')
  // @ts-expect-error 'deadline' does not exist in type 'CancelOptions'. Did you mean to write 'deadlineMs'?
  await agent.cancel({ deadline: 5 })
  // @ts-expect-error Property 'as' is missing
  await refold.fork(research, '1', { at: 3 })
  // @ts-expect-error Type '"publsh"' is not assignable
  await refold.fork(research, '1', { as: '2', event: { type: 'publsh' } })
  // @ts-expect-error 'topc' does not exist
  await refold.planFork(research, '1', { as: '2', input: { topc: 'x' } })
  // @ts-expect-error Type '"never"' is not assignable
  await refold.fork(research, '1', { as: '2', timers: 'never' })
  // @ts-expect-error 'who' does not exist in type 'ControlOptions'
  await agent.pause({ who: 'ana' })
  for (const doubted of await agent.inDoubt()) {
    // @ts-expect-error no overlap: a callback is never in doubt
    void (doubted.src === 'heartbeat')
    // @ts-expect-error Argument of type '{}' is not assignable to parameter of type 'Decision<…>': nothing is decided
    await agent.resolve(doubted, {})
    // @ts-expect-error Type 'number' is not assignable to type 'string'
    if (doubted.src === 'draft') await agent.resolve(doubted, { complete: { text: 3, words: 1 } })
    // @ts-expect-error Property 'words' is missing
    if (doubted.src === 'draft') await agent.resolve(doubted, { complete: { text: '' } })
  }
  // @ts-expect-error Type 'true' is not assignable
  await createRuntime({ store, agents: [research], worker: true })
  // @ts-expect-error Property 'store' is missing
  await createRuntime({ agents: [research] })
  // @ts-expect-error 'worker' does not exist: its members stand beside the others
  await createWorker({ store, agents: [research], worker: { capacity: 20 } })
  // @ts-expect-error a machine is no definition
  await createRuntime({ store, agents: [machine] })
  // @ts-expect-error Type '{ draft: string }' is not assignable to type 'number'
  const output: number = (await agent.done()).output
  // @ts-expect-error 'token' is the only thing it emits
  agent.on('tokn', () => {})
  return output
}
setup({ actors: { e: effect(async () => 3) } }).createMachine({
  // @ts-expect-error event.output is a number
  invoke: { src: 'e', onDone: { actions: ({ event }) => event.output.foo } },
})
