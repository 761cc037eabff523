/**
 * Random charts that use all of XState: for tests that hold an engine to XState's own behaviour. They come to rest on
 * every input, and their contexts are JSON and references to actors.
 */
import { assign, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import type { Vocabulary } from './chart-actions.fixture.js'
import { furnish, nodesBelow, randomShape, regionPairs } from './chart-nodes.fixture.js'
import type { NodeConfig } from './chart-nodes.fixture.js'
import { EFFECT_SOURCES, effectLogic } from './effect-bodies.fixture.js'
import type { BodyDriver } from './effect-bodies.fixture.js'
import { seeded } from './seeded.fixture.js'
import type { Seeded } from './seeded.fixture.js'

export const CHART_EVENTS = ['E0', 'E1', 'E2', 'E.3', 'E.4'] as const

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
  /** Of a child: its context throws when its input's `n` ends in this, its output when its own does. */
  readonly explodesAt?: { readonly context: number; readonly output: number }
}

interface Context {
  readonly n: number
  readonly trail: readonly string[]
}

function machine(random: Seeded, { driver, prefix, children }: Parts): AnyStateMachine {
  const root = randomShape({ random }, prefix)
  const words: Vocabulary = {
    random,
    events: CHART_EVENTS,
    nodeIds: nodesBelow(root).map((node) => node.id),
    pairs: regionPairs(root),
    childIds: ['a', 'b', 'z'],
    sources: [...EFFECT_SOURCES, 'tally', ...Object.keys(children), ...Object.keys(children)],
    isRoot: prefix === 'r',
    spend: () => driver.spend(),
  }
  furnish(root, words)
  const parts = { driver, prefix, children }
  return assemble(
    root,
    prefix === 'r' ? parts : { ...parts, explodesAt: { context: random.below(9), output: random.below(9) } },
  )
}

function assemble(root: NodeConfig, { driver, children, explodesAt }: Parts): AnyStateMachine {
  const implementations = {
    actors: { ...effectLogic(driver), ...children },
    actions: {
      note: (_: unknown, params: unknown) => driver.noted(JSON.stringify(params)),
      count: assign({ n: ({ context }: { context: Context }) => context.n + 1 }),
      explode: assign(() => ({ never: explode(true) })),
    },
    guards: {
      mayAnswer: () => driver.spend(),
      isRich: ({ context }: { context: Context }) => context.n % 3 !== 1,
      explodes: ({ context }: { context: Context }) => explode(context.n % 5 === 4),
      isBelow: ({ context }: { context: { n: number } }, { bound }: { bound: number }) => context.n < bound,
    },
    delays: { soon: ({ context }: { context: Context }) => 5 + (context.n % 4) * 10 },
  }
  const config = {
    ...root,
    context:
      explodesAt === undefined
        ? { n: 0, trail: [], bag: {} }
        : ({ input }: { input: { n?: number } }) =>
            explode((input.n ?? 0) % 10 === explodesAt.context + 1) && { n: 0, trail: [], bag: { input } },
    output: ({ context: { n, trail } }: { context: Context }) =>
      explode(explodesAt !== undefined && n % 10 === explodesAt.output + 1) && { n, trail },
    options: { maxIterations: MAX_ITERATIONS },
  }
  // The parts fit together by construction; XState's types would want them all at once.
  return setup(implementations as never).createMachine(config as never) as unknown as AnyStateMachine
}

/** As user code may anywhere. */
function explode(now: boolean): true {
  if (now) throw new Error('exploded')
  return true
}
