/** Members that may be missing: of schemas, for the machine that takes an event and for who sends it. */
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { agentContract, defineAgent, effect, sendToAgent, startAgent } from './api.js'
import type { AgentEvent, AgentOf, EventOf, EventsFrom, InputOf } from './api.js'
import { expectType } from './expect-type.js'
import type { Equal } from './expect-type.js'

const events = {
  decide: z.object({ verdict: z.enum(['yes', 'no']), note: z.string().optional() }),
  ping: { schema: z.object({ n: z.number().default(1) }), defer: true },
  stop: z.object({}),
}
type Decided = { type: 'decide'; verdict: 'yes' | 'no'; note?: string | undefined }
expectType<Equal<EventsFrom<typeof events>, Decided | { type: 'ping'; n: number } | { type: 'stop' }>>()

// ── a machine of the schemas' own type
export const deciding = defineAgent({
  name: 'deciding',
  version: 1,
  machine: setup({
    types: { events: {} as EventsFrom<typeof events>, context: {} as { draft: string | null; sum: number } },
  }).createMachine({
    context: { draft: null, sum: 0 },
    on: {
      decide: [{ guard: ({ event }) => event.verdict === 'yes', target: undefined }],
      ping: { actions: assign({ sum: ({ event, context }) => context.sum + event.n }) },
    },
  }),
  events,
  approvals: {
    decide: ({ context }) => {
      expectType<Equal<typeof context, { draft: string | null; sum: number }>>()
      return context.draft
    },
  },
})
expectType<Equal<EventOf<typeof deciding>, Decided | { type: 'ping'; n?: number | undefined } | { type: 'stop' }>>()

export async function sends(
  agent: AgentOf<typeof deciding>,
  event: AgentEvent<NonNullable<(typeof deciding)['~types']>>,
) {
  await agent.send({ type: 'decide', verdict: 'yes' })
  await agent.send({ type: 'ping' })
  await agent.send({ type: 'ping', n: 2 })
  // @ts-expect-error what has no default must be there
  await agent.send({ type: 'decide' })
  // A record holds what the schema made of it.
  if (event.type === 'ping') event.data.n satisfies number
}

// ── a machine with a union of its own
export const own = defineAgent({
  name: 'own',
  version: 1,
  machine: setup({
    types: {
      events: {} as { type: 'decide'; verdict: 'yes' | 'no'; note?: string } | { type: 'ping'; readonly n: number },
      input: {} as { a: string; b?: string },
    },
  }).createMachine({}),
  events: { decide: events.decide, ping: events.ping },
  input: z.object({ a: z.string(), b: z.string().optional() }),
})
expectType<
  Equal<
    EventOf<typeof own>,
    { type: 'decide'; verdict: 'yes' | 'no'; note?: string } | { type: 'ping'; n?: number | undefined }
  >
>()
expectType<Equal<InputOf<typeof own>, { a: string; b?: string | undefined }>>()

// ── messages
export const contract = agentContract({ name: 'contract', events })
export const actions = [
  sendToAgent({ agent: contract, id: '1' }, { type: 'decide', verdict: 'yes' }),
  sendToAgent({ agent: contract, id: '1' }, { type: 'ping' }),
  sendToAgent({ agent: deciding, id: '1' }, { type: 'ping' }),
  sendToAgent({ agent: own, id: '1' }, () => ({ type: 'ping' })),
  startAgent({ agent: own, id: '1' }, { input: { a: 'x' } }),
]
// @ts-expect-error no verdict
export const unsaid = sendToAgent({ agent: contract, id: '1' }, { type: 'decide', note: '' })

// ── unions, open objects, and a type that the schema only reads
type Several = EventsFrom<{
  moved: z.ZodUnion<[z.ZodObject<{ by: z.ZodString }>, z.ZodObject<{ to: z.ZodOptional<z.ZodNumber> }>]>
  open: z.ZodObject<{ a: z.ZodOptional<z.ZodString> }, z.core.$loose>
  read: z.ZodPipe<z.ZodTransform<number>, z.ZodNumber>
}>
export const several = [
  { type: 'moved', by: 'ana' },
  { type: 'moved' },
  { type: 'moved', to: 3 },
  { type: 'open' },
  { type: 'open', a: 'x', b: 3 },
] satisfies Several[]
// @ts-expect-error `a` is a text
export const wrong: Several = { type: 'open', a: 3 }

// ── outputs of effects
export const output = z.object({ a: z.string(), b: z.string().optional(), c: z.number().default(1) })
export const withOptional = effect(async (): Promise<{ a: string; b?: string; c: number }> => ({ a: 'x', c: 1 }), {
  output,
})
export const effects = defineAgent({
  name: 'effects',
  version: 1,
  machine: setup({ actors: { withOptional } }).createMachine({}),
  effects: { withOptional: { output } },
})
// @ts-expect-error a member that the machine counts on
export const lost = effect(async () => ({ a: 'x', d: 1 }), { output })
