import { describe, expect, it } from 'vitest'
import { fromCallback, fromPromise, fromTransition, setup } from 'xstate'
import { z } from 'zod'
import { effect } from './effect.js'
import { readEffects } from './read-effects.js'

const reconcile = async () => 'not-done' as const
const charge = effect(async () => 'paid', {
  safety: { reconcile },
  retry: { attempts: 3, delayMs: 10 },
  timeoutMs: 5_000,
})
const child = setup({ actors: { charge } }).createMachine({})
const machine = setup({
  actors: {
    charge,
    child,
    draft: fromPromise(async () => 'text'),
    heartbeat: fromCallback(() => {}),
    reducer: fromTransition((state: number) => state, 0),
  },
}).createMachine({
  id: 'm',
  initial: 'a',
  states: { a: { invoke: { src: effect(async () => 1, { safety: 'never-retry' }) } } },
})

const read = (effects?: unknown) => readEffects(effects, machine)
const refusal = (path: string, message: string) =>
  expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path }, message: expect.stringContaining(message) })

const DEFAULTS = {
  retry: { attempts: 1, delayMs: 500, factor: 2, maxDelayMs: 60_000, jitter: true },
  timeoutMs: undefined,
  concurrency: undefined,
  perSecond: undefined,
  safety: 'idempotent',
  reconcile: undefined,
  parseOutput: undefined,
}

describe('policies', () => {
  it('are the defaults for a source without one: no second attempt, the same key after a crash', () => {
    expect(read()('draft')).toEqual(DEFAULTS)
    expect(read({ draft: undefined })('draft')).toEqual(DEFAULTS)
    expect(read({ draft: { retry: undefined, safety: undefined } })('draft')).toEqual(DEFAULTS)
    expect(read()('heartbeat')).toEqual(DEFAULTS)
  })

  it('take what the definition says', () => {
    const policy = read({
      draft: {
        retry: { attempts: 5, jitter: false },
        timeoutMs: 60_000,
        concurrency: 2,
        perSecond: 0.5,
        safety: 'idempotent',
      },
    })('draft')
    expect(policy).toMatchObject({
      retry: { attempts: 5, delayMs: 500, jitter: false },
      timeoutMs: 60_000,
      concurrency: 2,
      perSecond: 0.5,
    })
    expect(read({ draft: { safety: 'never-retry' } })('draft').safety).toBe('never-retry')
  })

  it('travel with effect() into child machines and inline logic', () => {
    const policyOf = read()
    for (const src of ['charge', 'child.charge']) {
      expect(policyOf(src)).toMatchObject({
        safety: 'reconcilable',
        reconcile,
        retry: { attempts: 3, delayMs: 10, factor: 2 },
        timeoutMs: 5_000,
      })
    }
    expect(policyOf('xstate.invoke.0.m.a').safety).toBe('never-retry')
  })

  it('of the definition win member by member, for the named source alone', () => {
    const policyOf = read({ 'child.charge': { retry: { attempts: 7 }, safety: 'idempotent' } })
    expect(policyOf('child.charge')).toMatchObject({
      safety: 'idempotent',
      reconcile: undefined,
      retry: { attempts: 7, delayMs: 10 },
      timeoutMs: 5_000,
    })
    expect(policyOf('charge')).toMatchObject({ safety: 'reconcilable', retry: { attempts: 3 } })
  })

  it('check outputs, fill in their defaults, and fail with a code', () => {
    const output = z.object({ text: z.string(), words: z.number().default(0) })
    const { parseOutput } = read({ draft: { output } })('draft')
    expect(parseOutput?.({ text: 'a', more: 1 })).toEqual({ text: 'a', words: 0 })
    const unstorable = expect.objectContaining({
      code: 'OUTCOME_UNSTORABLE',
      facts: expect.objectContaining({ src: 'draft', issues: [expect.objectContaining({ path: ['text'] })] }),
    })
    expect(() => parseOutput?.({ text: 7 })).toThrow(unstorable)
  })
})

describe('refusals', () => {
  it.each([
    ['darft', 'names no effect source', "Did you mean 'draft'?"],
    ['chld.charge', 'names no effect source', "Did you mean 'child.charge'?"],
    [
      'completelyDifferent',
      'names no effect source',
      "Known: 'charge', 'child.charge', 'draft', 'heartbeat', 'xstate.invoke.0.m.a'.",
    ],
    ['child', 'is a machine', "Its effects are named 'child.…'."],
    ['reducer', 'transition logic', undefined],
  ])('of a policy for %s', (src, message, hint) => {
    expect(() => read({ [src]: {} })).toThrow(refusal(`effects.${src}`, message))
    expect(() => read({ [src]: {} })).toThrow(expect.objectContaining({ hint }))
  })

  it.each([
    ['', 'text', 'must be an object'],
    ['.timeout', { timeout: 1 }, 'is not known'],
    ['.timeoutMs', { timeoutMs: 0 }, 'positive number of milliseconds'],
    ['.timeoutMs', { timeoutMs: Number.POSITIVE_INFINITY }, 'positive number of milliseconds'],
    ['.concurrency', { concurrency: 0 }, 'positive integer'],
    ['.concurrency', { concurrency: 1.5 }, 'positive integer'],
    ['.perSecond', { perSecond: -1 }, 'positive number'],
    ['.retry', { retry: 5 }, 'must be an object'],
    ['.retry.attempts', { retry: {} }, 'positive integer'],
    ['.retry.attempts', { retry: { attempts: 0 } }, 'positive integer'],
    ['.retry.attempts', { retry: { attempts: Number.POSITIVE_INFINITY } }, 'positive integer'],
    ['.retry.delay', { retry: { attempts: 2, delay: 1 } }, 'is not known'],
    ['.retry.delayMs', { retry: { attempts: 2, delayMs: -1 } }, '0 or more'],
    ['.retry.factor', { retry: { attempts: 2, factor: 0.5 } }, '1 or more'],
    ['.retry.maxDelayMs', { retry: { attempts: 2, maxDelayMs: Number.NaN } }, '0 or more'],
    ['.retry.jitter', { retry: { attempts: 2, jitter: 0.5 } }, 'true or false'],
    ['.safety', { safety: 'reconcilable' }, '{ reconcile }'],
    ['.safety', { safety: {} }, '{ reconcile }'],
    ['.output.at', { output: z.object({ at: z.date() }) }, 'not JSON'],
    ['', { safety: 'never-retry', retry: { attempts: 2 } }, "'never-retry' together with 2 attempts"],
  ])('of effects.draft%s in %j', (member, policy, message) => {
    expect(() => read({ draft: policy })).toThrow(refusal(`effects.draft${member}`, message))
  })

  it('of never-retry with retries that were written in two places', () => {
    expect(() => read({ charge: { safety: 'never-retry' } })).toThrow(
      refusal('effects.charge', "'never-retry' together with 3 attempts"),
    )
    expect(read({ charge: { safety: 'never-retry', retry: { attempts: 1 } } })('charge').safety).toBe('never-retry')
  })

  it.each(['safety', 'output'])('of %s for a callback: it has no outcome', (member) => {
    const policy = { safety: 'never-retry', output: z.string() }
    expect(() => read({ heartbeat: { [member]: policy[member as keyof typeof policy] } })).toThrow(
      refusal(`effects.heartbeat.${member}`, 'has no outcome'),
    )
    expect(read({ heartbeat: { timeoutMs: 5 } })('heartbeat').timeoutMs).toBe(5)
  })

  it('of a policy given to effect(), where it is given', () => {
    expect(() => effect(async () => 1, { retry: { attempts: 0 } })).toThrow(
      refusal('policy.retry.attempts', 'positive integer'),
    )
  })

  it.each([7, 'draft'])('of %j in place of the effects', (effects) => {
    expect(() => read(effects)).toThrow(refusal('effects', 'must be an object'))
  })
})
