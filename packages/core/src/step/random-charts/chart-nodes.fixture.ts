/** Random state nodes: nested, parallel, final, history; with every way to leave them. */
import { randomActions, randomGuard } from './chart-actions.fixture.js'
import type { Vocabulary } from './chart-actions.fixture.js'

export interface NodeConfig {
  id: string
  type?: string
  initial?: unknown
  history?: string
  target?: string
  states?: Record<string, NodeConfig>
  [member: string]: unknown
}

/** The shape alone: transitions come when all ids are known. */
export function randomShape(words: Pick<Vocabulary, 'random'>, prefix: string): NodeConfig {
  let count = 0
  const { random } = words
  const grow = (depth: number): NodeConfig => {
    const node: NodeConfig = { id: `${prefix}${count++}` }
    const kind =
      depth === 0
        ? 'compound'
        : depth > 2
          ? 'atomic'
          : random.pick(['atomic', 'atomic', 'atomic', 'compound', 'compound', 'parallel'])
    if (kind === 'atomic') return node
    const states = Array.from({ length: 2 + random.below(kind === 'parallel' ? 2 : 3) }, () => grow(depth + 1))
    node.states = Object.fromEntries(states.map((state, index) => [`s${index}`, state]))
    if (kind === 'parallel') return { ...node, type: 'parallel' }
    node.initial = 's0'
    if (random.chance(0.35)) node.states['end'] = { id: `${prefix}${count++}`, type: 'final' }
    if (random.chance(0.3))
      node.states['past'] = {
        id: `${prefix}${count++}`,
        type: 'history',
        history: random.pick(['deep', 'shallow']),
        ...(random.chance(0.3) ? { target: `#${random.pick(states).id}` } : {}),
      }
    return node
  }
  return grow(0)
}

/** Targets of one transition that are active together: a state in each of two regions. */
export function regionPairs(root: NodeConfig): (readonly [string, string])[] {
  return nodesBelow(root).flatMap(({ type, states = {} }) => {
    const [one, other] = Object.values(states).map((region) => nodesBelow(region).at(-1) as NodeConfig)
    const fits = type === 'parallel' && one?.type !== 'history' && other?.type !== 'history'
    return fits && one !== undefined && other !== undefined ? [[one.id, other.id] as const] : []
  })
}

export function nodesBelow(node: NodeConfig): NodeConfig[] {
  return [node, ...Object.values(node.states ?? {}).flatMap(nodesBelow)]
}

/** Fills in what the nodes do. */
export function furnish(root: NodeConfig, words: Vocabulary): void {
  const { random } = words
  for (const node of nodesBelow(root)) {
    if (node.type === 'history') continue
    if (typeof node.initial === 'string' && random.chance(0.2))
      node.initial = { target: node.initial, actions: randomActions(words) }
    node['entry'] = randomActions(words)
    node['exit'] = randomActions(words)
    if (random.chance(0.3)) node['tags'] = [`tag${random.below(3)}`]
    if (node.type === 'final') {
      if (random.chance(0.5))
        node['output'] = ({ context }: { context: { n: number; bag: object } }) => ({
          n: context.n,
          bag: context.bag,
          none: undefined,
        })
      continue
    }
    node['on'] = Object.fromEntries(
      words.events.filter(() => random.chance(0.4)).map((event) => [event, transitions(words)]),
    )
    if (random.chance(0.1)) Object.assign(node['on'] as object, { '*': answer(words) })
    if (random.chance(0.1)) Object.assign(node['on'] as object, { 'E.*': transitions(words) })
    if (random.chance(0.05)) Object.assign(node['on'] as object, { 'xstate.done.actor.*': answer(words) })
    if (random.chance(0.2))
      node['always'] = [
        {
          ...transition(words),
          guard: { type: 'isBelow', params: { bound: 1 + random.below(8) } },
          actions: ['count', ...randomActions(words)],
        },
      ]
    if (random.chance(0.25))
      node['after'] = {
        [10 * (1 + random.below(5))]: transitions(words),
        ...(random.chance(0.3) ? { soon: transitions(words) } : {}),
      }
    if (node.states !== undefined && random.chance(0.4)) node['onDone'] = answer(words)
    if (random.chance(0.35))
      node['invoke'] = Array.from({ length: 1 + random.below(2) }, (_, index) => invoke(words, { node, index }))
  }
}

function transitions(words: Vocabulary): unknown[] {
  return Array.from({ length: 1 + words.random.below(2) }, () => transition(words))
}

function transition(words: Vocabulary): Record<string, unknown> {
  const { random } = words
  if (random.chance(0.04)) return {} // forbidden
  const condition = randomGuard(words)
  return {
    ...(random.chance(0.75) ? { target: target(words) } : {}),
    ...(random.chance(0.15) ? { reenter: true } : {}),
    ...(condition === undefined ? {} : { guard: condition }),
    actions: random.chance(0.04) ? ['explode'] : randomActions(words),
  }
}

function target({ random, nodeIds, pairs }: Vocabulary): string | string[] {
  if (pairs.length > 0 && random.chance(0.1)) return random.pick(pairs).map((id) => `#${id}`)
  return `#${random.pick(nodeIds)}`
}

/** To a child's end or change (`*` hears of them too): its guard ends the circles of children that end at once. */
function answer(words: Vocabulary): object {
  return { ...transition(words), guard: 'mayAnswer' }
}

function invoke(words: Vocabulary, { node, index }: { node: NodeConfig; index: number }): object {
  const { random, sources, childIds } = words
  const id = random.chance(0.5) ? `${node.id}:${index}` : random.pick(childIds)
  return {
    src: random.pick(sources),
    ...(random.chance(0.8) ? { id } : {}),
    ...(random.chance(0.05) ? { systemId: `name${random.below(2)}` } : {}),
    input: ({ context }: { context: { n: number; trail: readonly string[] } }) => ({
      n: context.n,
      trail: context.trail,
    }),
    ...(random.chance(0.6) ? { onDone: answer(words) } : {}),
    ...(random.chance(0.6) ? { onError: answer(words) } : {}),
    ...(random.chance(0.2) ? { onSnapshot: answer(words) } : {}),
  }
}
