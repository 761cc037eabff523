import { defineAgent, effect } from '@refold/core'
import fc from 'fast-check'
import { createMachine, fromCallback, fromPromise, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'

const paid: string[] = []
const charge = effect(async (): Promise<number> => paid.push('real'))
const child = setup({ actors: { charge } }).createMachine({ invoke: { src: 'charge' } })
const shop = defineAgent({
  name: 'shop',
  version: 1,
  machine: setup({
    types: { events: {} as { type: 'order' } },
    actors: { child, charge, feed: fromCallback(() => {}) },
  }).createMachine({ invoke: [{ src: 'child' }, { src: 'charge' }] as never, on: { order: { actions: () => {} } } }),
  events: { order: z.object({}) },
})
const written = defineAgent({
  name: 'written',
  version: 1,
  machine: createMachine({ id: 'm', invoke: { src: fromPromise(async () => paid.push('real')) } }),
})
const one = (): number => 1
const stubs = { charge: one, 'child.charge': one }

test.each([
  ['effects', {}, "nothing stands in for 'child.charge', 'charge'", /'real'/],
  ['effects', { effects: { charge: one } }, "nothing stands in for 'child.charge'", /'real'/],
  ['effects.chrage', { effects: { ...stubs, chrage: () => 1 } }, 'is not known', "Did you mean 'charge'?"],
  ['effects.feed', { effects: { ...stubs, feed: () => 1 } }, 'is not known', /Known: |Did you mean/],
  ['effects.charge', { effects: { ...stubs, charge: 'rael' } }, "must be a function, or 'real'", undefined],
  ['effcts', { effcts: stubs }, 'is not known', "Did you mean 'effects'?"],
  ['run', { effects: stubs, run: 3 }, 'is not known', "Did you mean 'runs'?"],
  ['runs', { effects: stubs, runs: 0 }, 'must be an integer, 1 or more', undefined],
  ['maxEvents', { effects: stubs, maxEvents: 1.5 }, 'must be an integer, 0 or more', undefined],
  ['seed', { effects: stubs, seed: '1' }, 'must be an integer', undefined],
  ['unreached', { effects: stubs, unreached: true }, "must be 'tell' or 'fail'", undefined],
  ['thrown', { effects: stubs, thrown: 'fial' }, "must be 'tell' or 'fail'", undefined],
  ['path', { effects: stubs, path: 0 }, 'must be a text', undefined],
  ['path', { effects: stubs, path: '1' }, 'needs the seed that it was told with', undefined],
  ['path', { effects: stubs, seed: 1, path: '0:x' }, 'is none', /the message of the failure/],
  ['path', { effects: stubs, seed: 1, path: '0:900' }, 'leads to no run of the seed 1', /the message of the failure/],
  ['input', { effects: stubs, input: { a: 1 } }, 'must be an arbitrary of fast-check', undefined],
  ['input', { effects: stubs, input: [] }, 'must be an arbitrary of fast-check', undefined],
  ['events.order', { effects: stubs, events: { order: {} } }, 'must be an arbitrary of fast-check', undefined],
  ['streams.feed', { effects: stubs, streams: { feed: () => 1 } }, 'must be an arbitrary of fast-check', undefined],
  ['events.ordr', { effects: stubs, events: { ordr: fc.constant({}) } }, 'is not known', "Did you mean 'order'?"],
  ['streams.fed', { effects: stubs, streams: { fed: fc.constant({}) } }, 'is not known', "Did you mean 'feed'?"],
  ['agents', { effects: stubs, agents: {} }, 'must be a list of definitions', undefined],
  ['agents.0', { effects: stubs, agents: [shop] }, "'shop' is there already", undefined],
  ['options', 3, 'must be an object', undefined],
])('REV-5 %s is refused: %j', async (path, options, problem, hint) => {
  const error = await checkRecovery(shop, options as never).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'INVALID_INPUT', message: `${path}: ${problem}`, facts: { path } })
  if (hint !== undefined) expect((error as { hint: string }).hint).toMatch(hint)
  expect(paid).toEqual([])
})

test('REV-5 an effect that is written in place is refused: its body could not be kept from running', async () => {
  const error = await checkRecovery(written).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'effects' } })
  expect((error as Error).message).toContain("'xstate.invoke.0.m'")
  expect(paid).toEqual([])
})
