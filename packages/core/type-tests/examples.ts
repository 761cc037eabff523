/** Definitions that must compile, and the types that come out of them. */
import { interval } from 'rxjs'
import { assign, createMachine, fromCallback, fromObservable, fromPromise, fromTransition, setup } from 'xstate'
import { z } from 'zod'
import { defineAgent, effect } from './api.js'
import type { CancelEvent, ContextOf, EffectArgs, EventOf, EventsFrom, InputOf, NameOf, OutputOf } from './api.js'
import { expectType } from './expect-type.js'
import type { Equal } from './expect-type.js'

const charge = effect(async ({ input, key }: EffectArgs<{ cents: number }>) => ({ receipt: key + input.cents }), {
  safety: { reconcile: async ({ key, input }) => (input.cents ? { output: { receipt: key } } : 'not-done') },
})
const child = setup({ types: { input: {} as { n: number }, output: {} as number }, actors: { charge } }).createMachine({
  initial: 'x',
  states: { x: { type: 'final' } },
  output: 3,
})

export const machine = setup({
  types: {
    input: {} as { topic: string },
    context: {} as { topic: string; draft: string | null; words: number },
    events: {} as
      | { type: 'approve'; by: string }
      | { type: 'reject'; by: string; reason?: string }
      | { type: 'stop' }
      | { type: 'tick'; at: number },
    tags: {} as 'busy' | 'waiting',
    output: {} as { draft: string },
    emitted: {} as { type: 'token'; text: string },
  },
  actors: {
    draft: effect(async ({ input, signal, key, step, progress }: EffectArgs<{ topic: string }>) => {
      const text = await step('fetch', () =>
        fetch('https://x', { signal, headers: { 'Idempotency-Key': key } }).then((r) => r.text()),
      )
      progress({ text })
      return { text: text + input.topic, words: 3 }
    }),
    plain: fromPromise(async ({ input }: { input: { url: string } }) => input.url.length),
    name: fromPromise<string>(async () => 'ana'),
    heartbeat: fromCallback<{ type: 'x' }, { everyMs: number }>(({ sendBack }) => {
      sendBack({ type: 'tick', at: 1 })
    }),
    ticks: fromObservable(() => interval(1000)),
    reducer: fromTransition((s: number) => s + 1, 0),
    child,
  },
  guards: { long: ({ context }) => context.words > 100 },
  actions: {
    note: (_, params: { text: string }) => {
      console.log(params.text)
    },
  },
  delays: { patience: 86_400_000 },
}).createMachine({
  id: 'research',
  context: ({ input }) => ({ topic: input.topic, draft: null, words: 0 }),
  initial: 'drafting',
  states: {
    drafting: {
      tags: 'busy',
      invoke: {
        src: 'draft',
        input: ({ context }) => ({ topic: context.topic }),
        onDone: {
          target: 'review',
          actions: assign({ draft: ({ event }) => event.output.text, words: ({ event }) => event.output.words }),
        },
        onError: 'failed',
      },
    },
    review: {
      tags: 'waiting',
      type: 'parallel',
      states: {
        human: { initial: 'open', states: { open: { on: { approve: 'closed' } }, closed: { type: 'final' } } },
        robot: { initial: 'a', states: { a: {}, b: {} } },
      },
      on: { reject: 'failed', stop: 'failed' },
      after: { patience: 'failed' },
      onDone: 'published',
    },
    published: { type: 'final' },
    failed: { type: 'final' },
  },
  output: ({ context }) => ({ draft: context.draft ?? '' }),
})

export const research = defineAgent({
  name: 'research',
  version: 3,
  machine,
  input: z.object({ topic: z.string() }),
  events: {
    approve: z.object({ by: z.string() }),
    reject: z.object({ by: z.string(), reason: z.string().optional() }),
    stop: z.object({}),
  },
  effects: {
    draft: {
      retry: { attempts: 5 },
      timeoutMs: 60_000,
      output: z.object({ text: z.string(), words: z.number() }),
      safety: {
        async reconcile({ key, input }) {
          const found = await fetch(`https://x/${key}/${input.topic}`)
          return found.ok ? { output: { text: 'x', words: 1 } } : 'unknown'
        },
      },
    },
    name: { safety: 'never-retry' },
    heartbeat: { timeoutMs: 3 },
    plain: { safety: { reconcile: async () => ({ error: new Error('declined') }) } },
    'child.charge': {
      concurrency: 1,
      safety: { reconcile: async ({ input }) => ({ output: { receipt: String(input.cents) } }) },
    },
  },
  dedup: { maxAgeMs: 3_600_000, maxCount: 100 },
})

expectType<Equal<NameOf<typeof research>, 'research'>>()
expectType<Equal<InputOf<typeof research>, { topic: string }>>()
expectType<
  Equal<
    EventOf<typeof research>,
    { type: 'approve'; by: string } | { type: 'reject'; by: string; reason?: string } | { type: 'stop' }
  >
>()
expectType<Equal<OutputOf<typeof research>, { draft: string }>>()
expectType<Equal<ContextOf<typeof research>['words'], number>>()

// ── bare: no input, no events
const toggle = setup({ types: { events: {} as { type: 'flip' } } }).createMachine({
  initial: 'off',
  states: { off: { on: { flip: 'on' } }, on: {} },
})
export const toggler = defineAgent({ name: 'toggler', version: 1, machine: toggle })
// ── event types from schemas
const schemas = { asked: z.object({ text: z.string() }), stop: z.object({}) }
export const reviewer = defineAgent({
  name: 'reviewer',
  version: 1,
  events: schemas,
  machine: setup({ types: { events: {} as EventsFrom<typeof schemas> | { type: 'internal' } } }).createMachine({
    on: { asked: { actions: ({ event }) => event.text.length }, stop: {} },
  }),
})
expectType<Equal<EventOf<typeof reviewer>, { type: 'asked'; text: string } | { type: 'stop' }>>()
// ── without setup
export const loose = defineAgent({
  name: 'loose',
  version: 1,
  machine: createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } }),
  events: { go: z.object({ n: z.number() }) },
})
export const looser = defineAgent({
  name: 'looser',
  version: 1,
  machine: createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } }),
})
// ── inline machine
export const inline = defineAgent({
  name: 'inline',
  version: 1,
  machine: setup({ types: { context: {} as { n: number }, input: {} as { n: number } } }).createMachine({
    context: ({ input }) => ({ n: input.n }),
  }),
  input: z.object({ n: z.number() }),
})

// ── approvals are typed by the machine's context; a chart may handle its cancellation without a schema
const guarded = setup({
  types: {
    context: {} as { to: string; cents: number; why: string },
    events: {} as { type: 'approve' } | { type: 'reject'; why: string } | CancelEvent,
  },
}).createMachine({
  context: { to: '', cents: 0, why: '' },
  on: { 'refold.cancel': { actions: assign({ why: ({ event }) => event.reason ?? String(event.deadlineAt) }) } },
})
export const payout = defineAgent({
  name: 'payout',
  version: 1,
  machine: guarded,
  events: { approve: z.object({}), reject: z.object({ why: z.string() }) },
  approvals: { approve: ({ context }) => ({ to: context.to, cents: context.cents }) },
})
expectType<Equal<EventOf<typeof payout>, { type: 'approve' } | { type: 'reject'; why: string }>>()
export const openPayout = defineAgent({ name: 'open_payout', version: 1, machine: guarded })
expectType<Equal<EventOf<typeof openPayout>, { type: 'approve' } | { type: 'reject'; why: string }>>()

// ── defaults of a schema may be left out by callers; the machine gets them
export const defaulted = defineAgent({
  name: 'defaulted',
  version: 1,
  machine,
  input: z.object({ topic: z.string().default('whales') }),
  events: { approve: z.object({ by: z.string().default('anonymous') }) },
})
expectType<Equal<InputOf<typeof defaulted>, { topic?: string | undefined }>>()
