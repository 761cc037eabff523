import { defineAgent, effect } from '@refold/core'
import fc from 'fast-check'
import { EMPTY } from 'rxjs'
import { assign, emit, fromCallback, fromObservable, fromPromise, sendParent, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkedCast } from './check-options.js'
import { checkRecovery } from './check-recovery.js'
import { RecoveryDiffersError } from './recovery-errors.js'
import type { RecoveryOptions } from './recovery-options.js'
import { scenarios } from './scenario.js'

let drafts = 0

const research = defineAgent({
  name: 'research',
  version: 1,
  machine: setup({
    types: {
      input: {} as { topic: string; budget: number },
      context: {} as { topic: string; budget: number; draft: string; notes: string[] },
      events: {} as
        | { type: 'approve'; by: string }
        | { type: 'reject'; reason: string }
        | { type: 'note'; text: string },
      emitted: {} as { type: 'published'; draft: string },
    },
    actors: {
      draft: effect(async ({ input }: { input: { topic: string } }) => ({
        text: `on ${input.topic}`,
        words: ++drafts > 0 ? 3 : 0,
      })),
      charge: effect(async ({ input }: { input: { cents: number } }) => ({ receipt: `paid ${input.cents}` }), {
        safety: 'never-retry',
      }),
      ship: fromPromise(async ({ input }: { input: string }) => {
        if (input.length > 14) throw new Error(`too long: ${input}`)
        return input.length
      }),
    },
  }).createMachine({
    context: ({ input }) => ({ ...input, draft: '', notes: [] }),
    initial: 'drafting',
    on: { note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }) } },
    states: {
      drafting: {
        invoke: {
          src: 'draft',
          input: ({ context }) => ({ topic: context.topic }),
          onDone: { target: 'review', actions: assign({ draft: ({ event }) => event.output.text }) },
        },
      },
      review: {
        on: {
          approve: 'charging',
          reject: {
            target: 'drafting',
            actions: assign({ topic: ({ context, event }) => `${context.topic}, ${event.reason}` }),
          },
        },
        after: { 3_600_000: 'expired' },
      },
      charging: {
        invoke: {
          src: 'charge',
          input: ({ context }) => ({ cents: context.budget }),
          onDone: 'shipping',
          onError: 'expired',
        },
      },
      shipping: {
        invoke: { src: 'ship', input: ({ context }) => context.draft, onDone: 'published', onError: 'expired' },
      },
      published: {
        type: 'final',
        entry: emit(({ context }) => ({ type: 'published' as const, draft: context.draft })),
      },
      expired: { type: 'final' },
    },
    output: ({ context }) => ({ draft: context.draft, notes: context.notes }),
  }),
  input: z.object({ topic: z.string().max(6), budget: z.int().min(1).max(9) }),
  events: {
    approve: z.object({ by: z.string() }),
    reject: z.object({ reason: z.string() }),
    note: z.object({ text: z.string() }),
  },
  approvals: { approve: ({ context }) => ({ draft: context.draft, budget: context.budget }) },
  effects: {
    draft: { retry: { attempts: 3 } },
    ship: { retry: { attempts: 2, delayMs: 10 }, safety: { reconcile: async () => 'not-done' as const } },
  },
})

/** Ends with what its effect gave. */
function forgetful() {
  return defineAgent({
    name: 'forgetful',
    version: 1,
    machine: setup({
      types: { context: {} as { visits: number }, events: {} as { type: 'go' } },
      actors: { look: fromPromise(async () => 1) },
    }).createMachine({
      context: { visits: 0 },
      initial: 'a',
      states: {
        a: { on: { go: 'b' } },
        b: {
          invoke: { src: 'look', onDone: { target: 'c', actions: assign({ visits: ({ event }) => event.output }) } },
        },
        c: { type: 'final' },
      },
    }),
    events: { go: z.object({}) },
    effects: {},
  })
}

const family = defineAgent({
  name: 'family',
  version: 1,
  machine: setup({
    types: { context: {} as { got: string[] }, events: {} as { type: 'heard' } | { type: 'tick' } },
    actors: {
      pulse: fromCallback<{ type: 'x' }>(({ sendBack }) => {
        const timer = setInterval(() => sendBack({ type: 'tick' }), 1)
        return () => clearInterval(timer)
      }),
      child: setup({ actors: { fetch: fromPromise<string>(async () => 'real') } }).createMachine({
        initial: 'on',
        states: {
          on: { entry: sendParent({ type: 'heard' }), invoke: { src: 'fetch', onDone: 'off' }, after: { 50: 'off' } },
          off: { type: 'final' },
        },
        output: 'child',
      }),
    },
  }).createMachine({
    context: { got: [] },
    invoke: [
      { src: 'child', onDone: { actions: assign({ got: ({ context }) => [...context.got, 'child'] }) } },
      { src: 'pulse' },
    ],
    on: { heard: { actions: assign({ got: ({ context }) => [...context.got, 'heard'] }) } },
    initial: 'on',
    states: { on: { after: { 500: 'off' } }, off: { type: 'final' } },
  }),
})

/** Counts what its streams say. */
function listener(count: (before: number) => number, { hearsTicks = true } = {}) {
  const child = setup({ actors: { feed: fromCallback<{ type: 'x' }>(() => {}) } }).createMachine({
    invoke: { src: 'feed' },
    on: { 'from.below': { actions: sendParent({ type: 'tick' }) } },
  })
  return defineAgent({
    name: 'listener',
    version: 1,
    machine: setup({
      types: {
        context: {} as { heard: number; price: number },
        events: {} as { type: 'tick' } | { type: 'stop' },
      },
      actors: {
        feed: fromCallback<{ type: 'x' }>(() => {}),
        prices: fromObservable<number, undefined>(() => EMPTY),
        child,
      },
    }).createMachine({
      context: { heard: 0, price: 0 },
      initial: 'on',
      invoke: { src: 'child' },
      states: {
        on: {
          invoke: [
            { src: 'feed' },
            { src: 'prices', onSnapshot: { actions: assign({ price: ({ event }) => event.snapshot.context ?? 0 }) } },
          ],
          on: { tick: { actions: assign({ heard: ({ context }) => count(context.heard) }) }, stop: 'off' },
        },
        off: {},
      },
    }),
    events: { stop: z.object({}), ...(hearsTicks ? { tick: z.object({}) } : undefined) },
  })
}

/** They are functions of their input. */
const REAL = { draft: 'real', charge: 'real', ship: 'real' } as const

describe('checkRecovery', () => {
  test('an agent with effects of every safety, timers and events survives a crash at each boundary', async () => {
    await expect(checkRecovery(research, { runs: 15, seed: 1, effects: REAL })).resolves.toMatchObject({ thrown: [] })
  })

  test('named effects are stubbed: their real bodies do not run', async () => {
    drafts = 0
    await checkRecovery(research, { effects: { ...REAL, draft: () => ({ text: 'x', words: 3 }) }, runs: 5, seed: 2 })
    expect(drafts).toBe(0)
  })

  test('child machines are checked, and the bodies of callbacks do not run', async () => {
    await expect(checkRecovery(family, { runs: 2, effects: { 'child.fetch': () => 'stub' } })).resolves.toMatchObject({
      thrown: [],
    })
  })

  test('REV-3 what callbacks and observables say is part of the check', async () => {
    const [prices, below] = [fc.integer({ min: 1, max: 9 }), fc.constant({ type: 'from.below' })]
    const streams = { prices, 'child.feed': below }
    await expect(
      checkRecovery(
        listener((n) => n + 1),
        { runs: 12, seed: 4, streams },
      ),
    ).resolves.toMatchObject({ thrown: [] })
  })

  test.each([
    ['feed', { type: 'tick' }],
    ['child.feed', { type: 'from.below' }],
  ])('REV-3 a chart that a crash makes hear %s differently is found', async (src, says) => {
    let heard = 0
    const definition = listener(() => ++heard, { hearsTicks: false })
    const streams = { feed: fc.constant({ type: 'ignoresOutcome' }), [src]: fc.constant(says) }
    const error = await checkRecovery(definition, { runs: 60, seed: 5, streams }).catch((thrown: unknown) => thrown)
    if (!(error instanceof RecoveryDiffersError)) throw error
    expect(error.scenario.script).toEqual([{ from: src, says }])
    expect(error.message).toContain(`${src} says {"type":"${says.type}"}`)
  })

  test('REV-3 without being told, only streams of events of the agent itself speak', () => {
    const definition = listener((n) => n)
    const lines = fc
      .sample(scenarios(checkedCast(definition, {}), { maxEvents: 6 }), { numRuns: 100, seed: 6 })
      .flatMap(({ script }) => script)
    const spoken = lines.flatMap((line) => ('from' in line ? [JSON.stringify(line)] : []))
    expect([...new Set(spoken)].toSorted()).toEqual([
      '{"from":"feed","says":{"type":"stop"}}',
      '{"from":"feed","says":{"type":"tick"}}',
    ])
  })

  test('REV-3 an observable may say anything, and what it says is no event', async () => {
    const streams = {
      prices: fc.constantFrom(null, undefined, 3, { type: 'stop' }),
      feed: fc.constant({ type: 'tick' }),
    }
    const says = (): Promise<unknown> =>
      checkRecovery(
        listener((n) => n),
        { runs: 8, maxEvents: 2, seed: 4, streams },
      )
    await expect(says()).resolves.toMatchObject({ runs: 8 })
  })

  test('REV-3 a stream that there is not is refused', async () => {
    const checked = checkRecovery(family, { streams: { plse: fc.constant({}) }, effects: { 'child.fetch': 'real' } })
    await expect(checked).rejects.toMatchObject({ code: 'INVALID_INPUT', hint: "Did you mean 'pulse'?" })
  })

  test('REV-240 a stub that is no function of its input is found, with the smallest scenario and a story that replays', async () => {
    let calls = 0
    const options: RecoveryOptions = { effects: { look: () => ++calls }, seed: 3, runs: 30 }
    const error = await checkRecovery(forgetful(), options).catch((thrown: unknown) => thrown)
    if (!(error instanceof RecoveryDiffersError)) throw error
    expect(error.scenario.script).toEqual([{ event: { type: 'go' } }])
    expect(error.message).toContain('without any crash differ at record 2 (refold.effect.done) in data.output')
    expect(error.message).toContain(`{ seed: 3, path: '${error.path}' }`)
    const again = await checkRecovery(forgetful(), { ...options, seed: error.seed, path: error.path }).catch(
      (thrown: unknown) => thrown,
    )
    expect(again).toMatchObject({ scenario: error.scenario, path: error.path, crash: error.crash })
    const repaired = { ...options, effects: { look: () => 1 }, seed: error.seed, path: error.path }
    await expect(checkRecovery(forgetful(), repaired)).resolves.toMatchObject({ runs: 1 })
  })
})
