/**
 * Random charts that use all of XState: for tests that hold an engine to XState's own behaviour. They come to rest on
 * every input, and their contexts are JSON and references to actors.
 */
import { assign, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import type { Vocabulary } from './chart-actions.js'
import { furnish, nodesBelow, randomShape } from './chart-nodes.js'
import type { NodeConfig } from './chart-nodes.js'
import { EFFECT_SOURCES, effectLogic } from './effect-bodies.js'
import type { BodyDriver } from './effect-bodies.js'
import { seeded } from './seeded.js'
import type { Seeded } from './seeded.js'

export const CHART_EVENTS = ['E0', 'E1', 'E2', 'E3', 'E4'] as const

/** Microsteps after which a chart's own loop is an error. */
const MAX_ITERATIONS = 80

/** The chart of this seed. It has up to two levels of child machines. */
export function randomChart(seed: number, driver: BodyDriver): AnyStateMachine {
  const random = seeded(seed)
  const grandchild = machine(random, { driver, prefix: 'g', children: {} })
  const child = machine(random, { driver, prefix: 'c', children: random.chance(0.6) ? { grandchild } : {} })
  return machine(random, { driver, prefix: 'r', children: { child, ...(random.chance(0.3) ? { grandchild } : {}) } })
}

interface Parts {
  readonly driver: BodyDriver
  readonly prefix: string
  readonly children: Readonly<Record<string, AnyStateMachine>>
}

function machine(random: Seeded, { driver, prefix, children }: Parts): AnyStateMachine {
  const root = randomShape({ random }, prefix)
  const words: Vocabulary = {
    random,
    events: CHART_EVENTS,
    nodeIds: nodesBelow(root).map((node) => node.id),
    childIds: ['a', 'b', 'z'],
    sources: [...EFFECT_SOURCES, 'tally', ...Object.keys(children), ...Object.keys(children)],
    isRoot: prefix === 'r',
    spend: () => driver.spend(),
  }
  furnish(root, words)
  return assemble(root, { driver, prefix, children })
}

function assemble(root: NodeConfig, { driver, children }: Parts): AnyStateMachine {
  const implementations = {
    actors: { ...effectLogic(driver), ...children },
    actions: {
      note: (_: unknown, params: unknown) => driver.noted(JSON.stringify(params)),
      count: assign({ n: ({ context }: { context: { n: number } }) => context.n + 1 }),
      explode: assign(() => {
        throw new Error('exploded')
      }),
    },
    guards: {
      mayAnswer: () => driver.spend(),
      isRich: ({ context }: { context: { n: number } }) => context.n % 3 !== 1,
      isBelow: ({ context }: { context: { n: number } }, { bound }: { bound: number }) => context.n < bound,
    },
    delays: { soon: ({ context }: { context: { n: number } }) => 5 + (context.n % 4) * 10 },
  }
  const config = {
    ...root,
    context: { n: 0, trail: [], bag: {} },
    output: ({ context }: { context: { n: number; trail: readonly string[] } }) => ({
      n: context.n,
      trail: context.trail,
    }),
    options: { maxIterations: MAX_ITERATIONS },
  }
  // The parts fit together by construction; XState's types would want them all at once.
  return setup(implementations as never).createMachine(config as never) as unknown as AnyStateMachine
}
