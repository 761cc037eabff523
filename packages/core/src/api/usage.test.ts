/** What effects used: told by bodies, kept in records, in no state. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { EffectArgs } from '../definition/effect-types.js'
import { openHistory } from '../history/open-history.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import { addUsage, usageIn } from '../record/usage.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { verifyHistory } from '../verify/verify-history.js'
import { createMetrics } from '../metrics/metrics.js'
import type { AnyAgent } from '../public/agent.js'
import type { RuntimeEvent } from '../public/runtime-event.js'
import { createRuntime } from './create-runtime.js'

const MAX_ATTEMPTS = 3

function asking(body: (args: EffectArgs) => Promise<string>) {
  return defineAgent({
    name: 'asking',
    version: 1,
    effects: { ask: { retry: { attempts: MAX_ATTEMPTS, delayMs: 1 } } },
    machine: setup({ types: { context: {} as { said: string } }, actors: { ask: effect(body) } }).createMachine({
      context: { said: '' },
      initial: 'thinking',
      states: {
        thinking: {
          invoke: {
            src: 'ask',
            onDone: { target: 'said', actions: assign({ said: ({ event }) => event.output }) },
            onError: {
              target: 'said',
              actions: assign({ said: ({ event }) => (event.error as Error).message }),
            },
          },
        },
        said: { type: 'final' },
      },
    }),
  })
}

async function recordsOf(body: (args: EffectArgs) => Promise<string>) {
  const log = memoryLog()
  const agent = asking(body)
  await using refold = await createRuntime({ store: memoryStore(log), agents: [agent] })
  const started = await refold.start(agent, { id: '1' })
  const { context } = await started.done()
  const history = await openHistory(memoryStore(log), 'asking-1')
  const told: { kind: string; usage: JsonValue | undefined }[] = []
  for await (const { kind, data } of history.records()) {
    const usage = isJsonObject(data as JsonValue) ? (data as { usage?: JsonValue }).usage : undefined
    told.push({ kind, usage })
  }
  const states = JSON.stringify(await Promise.all(told.map((_, revision) => history.at(revision))))
  return { told, context, states }
}

describe('what an effect used', () => {
  test('EFF-40 stands beside the outcome, added up over the calls of its body, and in no state', async () => {
    const { told, states } = await recordsOf(async ({ usage }) => {
      usage({ inputTokens: 1_000, outputTokens: 200, costUsd: 0.1 })
      usage({ inputTokens: 17, costUsd: 0.2 })
      return 'yes'
    })
    const usage = { inputTokens: 1_017, outputTokens: 200, costUsd: 0.3 }
    expect(told).toEqual([
      { kind: 'started', usage: undefined },
      { kind: 'effect.done', usage },
    ])
    expect(states).not.toContain('inputTokens')
    expect(states).not.toContain('costUsd')
  })

  test('EFF-40 of a step stands with the step, of a failed attempt with that: each is told once', async () => {
    let attempts = 0
    const { told } = await recordsOf(async ({ usage, step }) => {
      await step('look', async () => usage({ costUsd: 1 }))
      usage({ costUsd: 2 })
      if (++attempts === 1) throw new Error('overloaded')
      return 'yes'
    })
    expect(told).toEqual([
      { kind: 'started', usage: undefined },
      { kind: 'effect.step', usage: { costUsd: 1 } },
      { kind: 'attempt.failed', usage: { costUsd: 2 } },
      { kind: 'effect.done', usage: { costUsd: 2 } },
    ])
  })

  test('EFF-40 what a body tells nothing of has no usage in its record', async () => {
    const { told } = await recordsOf(async ({ usage }) => {
      usage({})
      return 'yes'
    })
    expect(told.at(-1)).toEqual({ kind: 'effect.done', usage: undefined })
    const { told: none } = await recordsOf(async () => 'yes')
    expect(none.at(-1)).toEqual({ kind: 'effect.done', usage: undefined })
  })

  test.each([
    { what: 'a negative cost', used: { costUsd: -1 } },
    { what: 'no number', used: { costUsd: Number.NaN } },
    { what: 'half a token', used: { inputTokens: 0.5 } },
    { what: 'a member that is not known', used: { tokens: 5 } },
    { what: 'a number', used: 7 },
    { what: 'nothing', used: undefined },
  ])('EFF-41 $what fails the effect, and nothing is paid for again', async ({ used }) => {
    let calls = 0
    const { told, context } = await recordsOf(async ({ usage }) => {
      calls++
      usage(used as never)
      return 'yes'
    })
    expect(calls).toBe(1)
    expect(told.map(({ kind }) => kind)).toEqual(['started', 'effect.failed'])
    expect(context.said).toContain('the usage that the effect told cannot be stored')
  })

  test('EFF-243 the usage of the AI SDK is told as it is', async () => {
    const ofTheSdk = {
      inputTokens: 10,
      inputTokenDetails: { noCacheTokens: 7, cacheReadTokens: 3, cacheWriteTokens: undefined },
      outputTokens: 5,
      outputTokenDetails: { textTokens: 4, reasoningTokens: 1 },
      totalTokens: 15,
      reasoningTokens: 1,
      cachedInputTokens: 3,
      raw: { prompt_tokens: 10 },
    }
    const { told } = await recordsOf(async ({ usage }) => {
      usage(ofTheSdk)
      return 'yes'
    })
    expect(told.at(-1)).toEqual({ kind: 'effect.done', usage: { inputTokens: 10, outputTokens: 5 } })
  })

  test('EFF-40 members that are not known yet are left out', async () => {
    const { told } = await recordsOf(async ({ usage }) => {
      usage({ inputTokens: 5, costUsd: undefined })
      return 'yes'
    })
    expect(told.at(-1)?.usage).toEqual({ inputTokens: 5 })
  })

  test('EFF-40 readers add up what records tell, and pass over what is damaged', () => {
    expect(addUsage({ costUsd: 0.1 }, { costUsd: 0.2, inputTokens: 3 })).toEqual({ costUsd: 0.3, inputTokens: 3 })
    expect(addUsage(undefined, undefined)).toBeUndefined()
    expect(usageIn({ src: 'ask', usage: { costUsd: 2 } })).toEqual({ costUsd: 2 })
    expect(usageIn({ usage: { costUsd: 'much' } })).toBeUndefined()
    expect(usageIn(null)).toBeUndefined()
  })
})

/** Every effect of it may be left, paused, or run out of time. */
function leaving(body: (args: EffectArgs) => Promise<string>, timeoutMs?: number) {
  return defineAgent({
    name: 'leaving',
    version: 1,
    effects: { ask: timeoutMs === undefined ? {} : { timeoutMs } },
    machine: setup({ actors: { ask: effect(body) } }).createMachine({
      initial: 'thinking',
      states: {
        thinking: { on: { leave: 'left' }, invoke: { src: 'ask', onDone: 'left', onError: 'left' } },
        left: {},
      },
    }),
  })
}

/** Tells what it used before it is aborted and after. */
async function aborted({ usage, signal }: EffectArgs): Promise<string> {
  usage({ inputTokens: 10, costUsd: 1 })
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  usage({ outputTokens: 3, costUsd: 2 })
  throw new Error('aborted')
}

describe('what no record tells', () => {
  const WAYS: Readonly<Record<string, (agent: AnyAgent) => Promise<unknown>>> = {
    'left by the chart': (agent) => agent.send({ type: 'leave' }),
    paused: (agent) => agent.pause(),
    cancelled: (agent) => agent.cancel(),
  }

  test.each(Object.keys(WAYS))(
    'EFF-202 of a body that is aborted, as its agent is %s, is told and counted once',
    async (way) => {
      const told: unknown[] = []
      const metrics = createMetrics()
      const agent = leaving(aborted)
      const observe = (event: RuntimeEvent): void => {
        if (event.kind === 'effect.used') told.push([event.stream, event.src, event.attempt, event.usage])
      }
      const observers = [metrics.observer, observe]
      await using refold = await createRuntime({ store: memoryStore(), agents: [agent], observers })
      const started = await refold.start(agent, { id: '1' })
      await WAYS[way]?.(started)
      await expect.poll(() => told).toEqual([['leaving-1', 'ask', 1, { inputTokens: 10, outputTokens: 3, costUsd: 3 }]])
      const { samples } = metrics.read().find(({ name }) => name === 'refold_effect_cost_usd_total') ?? {}
      expect(samples).toEqual([{ labels: { definition: 'leaving', source: 'ask' }, value: 3 }])
    },
  )

  test('EFF-202 of a body whose time is over is what it told after the record that says so', async () => {
    const told: unknown[] = []
    const agent = leaving(aborted, 5)
    const observe = (event: RuntimeEvent): void => void (event.kind === 'effect.used' && told.push(event.usage))
    await using refold = await createRuntime({ store: memoryStore(), agents: [agent], observers: [observe] })
    const started = await refold.start(agent, { id: '1' })
    await started.waitFor((state) => state.matches('left'))
    await expect.poll(() => told).toEqual([{ outputTokens: 3, costUsd: 2 }])
  })

  test('EFF-202 is nothing where a record tells all of it', async () => {
    const told: unknown[] = []
    const agent = leaving(async ({ usage }) => (usage({ costUsd: 1 }), 'done'))
    const observe = (event: RuntimeEvent): void => void (event.kind === 'effect.used' && told.push(event.usage))
    await using refold = await createRuntime({ store: memoryStore(), agents: [agent], observers: [observe] })
    const started = await refold.start(agent, { id: '1' })
    await started.waitFor((state) => state.matches('left'))
    await refold.close()
    expect(told).toEqual([])
  })
})

test('VER-14 EFF-40 what bodies used, as it stands beside outcomes, is no difference when they are decided again', async () => {
  const log = memoryLog()
  const agent = asking(async ({ attempt, usage }) => {
    usage({ costUsd: 0.5 })
    if (attempt < MAX_ATTEMPTS) throw new Error('again')
    return 'so'
  })
  const failing = asking(async ({ usage }) => {
    usage({ inputTokens: 1 })
    throw new Error('never')
  })
  for (const [id, definition] of Object.entries({ well: agent, badly: failing })) {
    await using refold = await createRuntime({ store: memoryStore(log), agents: [definition] })
    await (await refold.start(definition, { id })).done()
    const verified = await verifyHistory(memoryStore(log), `asking-${id}`, { agents: [definition] })
    expect(verified).toMatchObject({ decided: 2, differing: 0, differences: [] })
  }
})
