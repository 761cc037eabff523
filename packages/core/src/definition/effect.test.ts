import { describe, expect, it } from 'vitest'
import { createActor, fromPromise, toPromise } from 'xstate'
import { effect, policyAttachedTo } from './effect.js'
import type { EffectArgs, EffectHandle } from './effect-types.js'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

describe('effect() under plain createActor', () => {
  it('gives its output, as fromPromise does', async () => {
    const actor = createActor(
      effect(async ({ input }: EffectArgs<{ n: number }>) => input.n + 1),
      { input: { n: 1 } },
    ).start()
    expect(await toPromise(actor)).toBe(2)
  })

  it('fails with what the body throws, also before its first await', async () => {
    const actor = createActor(effect(() => Promise.reject(new Error('no')))).start()
    await expect(toPromise(actor)).rejects.toThrow('no')
  })

  it('gives a random key for each run, and the first attempt', async () => {
    const logic = effect(async ({ key, attempt }) => ({ key, attempt }))
    const [first, second] = await Promise.all([logic, logic].map((each) => toPromise(createActor(each).start())))
    expect(first).toEqual({ key: expect.stringMatching(UUID), attempt: 1 })
    expect(second?.key).not.toBe(first?.key)
  })

  it('runs steps directly, each with a key of its own, and drops progress', async () => {
    const logic = effect(async ({ key, step, progress }) => {
      progress({ percent: 50 })
      const keys = [
        await step('fetch', (args) => args.key),
        await step('fetch', async (args) => args.key),
        await step('store', (args) => args.key),
      ]
      return keys.map((each) => each.replace(key, 'key'))
    })
    expect(await toPromise(createActor(logic).start())).toEqual(['key/fetch#0', 'key/fetch#1', 'key/store#0'])
  })

  it('rejects a step whose function throws at once', async () => {
    const logic = effect(async ({ step }) =>
      step('fetch', () => {
        throw new Error('offline')
      }).catch((error: Error) => `caught ${error.message}`),
    )
    expect(await toPromise(createActor(logic).start())).toBe('caught offline')
  })

  it('aborts the signal of the body and of its steps when the actor stops', () => {
    const signals: AbortSignal[] = []
    const logic = effect(async ({ signal, step }) => {
      signals.push(signal)
      return step('wait', (args) => {
        signals.push(args.signal)
        return new Promise<void>(() => {})
      })
    })
    const actor = createActor(logic).start()
    actor.stop()
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true])
  })
})

describe('effect() under Refold', () => {
  it('gives the body what stands under `refold` in its arguments', async () => {
    const logic = effect<unknown, string>(async ({ input, key, attempt, step, progress, usage }) => ({
      input,
      key,
      attempt,
      step,
      progress,
      usage,
    }))
    const refold: EffectHandle = {
      key: 'k-1',
      attempt: 3,
      step: async (_name, run) => run({ key: 'k-1/s', signal: new AbortController().signal }),
      progress: () => {},
      usage: () => {},
    }
    const { config } = logic as unknown as { config: (args: object) => Promise<unknown> }
    expect(await config({ input: 'x', signal: new AbortController().signal, refold })).toEqual({
      input: 'x',
      ...refold,
    })
  })
})

describe('policyAttachedTo', () => {
  it('is what effect() was given, frozen and apart from it', () => {
    const policy = { timeoutMs: 5 }
    const logic = effect(async () => 1, policy)
    policy.timeoutMs = 6
    expect(policyAttachedTo(logic)).toEqual({ timeoutMs: 5 })
    expect(Object.keys(logic)).toEqual(Object.keys(fromPromise(async () => 1)))
  })

  it('is nothing for logic without one', () => {
    expect(policyAttachedTo(effect(async () => 1))).toBeUndefined()
    expect(policyAttachedTo(fromPromise(async () => 1))).toBeUndefined()
  })
})
