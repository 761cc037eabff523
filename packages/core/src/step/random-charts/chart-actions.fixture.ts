/** Random actions and guards. What sends, spawns or raises does so within an allowance, so that charts come to rest. */
import {
  and,
  assign,
  cancel,
  emit,
  enqueueActions,
  log,
  not,
  or,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate'
import type { Seeded } from './seeded.fixture.js'

export interface Vocabulary {
  readonly random: Seeded
  readonly events: readonly string[]
  readonly nodeIds: readonly string[]
  /** Of each parallel node, a state's id in each of two regions. */
  readonly pairs: readonly (readonly [string, string])[]
  readonly childIds: readonly string[]
  /** Sources that may be spawned here. */
  readonly sources: readonly string[]
  readonly isRoot: boolean
  readonly spend: () => boolean
}

interface Context {
  readonly n: number
  readonly trail: readonly string[]
  readonly bag: Readonly<Record<string, unknown>>
}

// oxlint-disable-next-line typescript/no-explicit-any -- XState infers the types of actions from a machine, and here there is none yet
type Loose = any

const set = (update: (context: Context, event: Loose) => Partial<Context>): unknown =>
  assign((({ context, event }: { context: Context; event: Loose }) => update(context, event)) as Loose)
/** Session ids are not those of plain XState: actors without an id of their own end in them. */
const typeOf = (event: Loose): string => String(event.type).replace(/\.(x:\d+|\d+\.\d+)$/, '.?')
const within = ({ spend }: Vocabulary, ...actions: readonly unknown[]): unknown =>
  enqueueActions((({ context, enqueue }: Loose) => {
    if (!spend()) return
    enqueue.assign({ n: context.n + 1 })
    for (const action of actions) enqueue(action)
  }) as Loose)
const existing = ({ spend }: Vocabulary, id: string, action: unknown): unknown =>
  enqueueActions((({ self, enqueue }: Loose) => {
    if (hasChild(self, id) && spend()) enqueue(action)
  }) as Loose)

/** XState's development build throws for an actor that is being made. */
function hasChild(self: Loose, id: string): boolean {
  try {
    return self.getSnapshot()?.children?.[id] !== undefined
  } catch {
    return false
  }
}

export function randomActions(words: Vocabulary): unknown[] {
  return Array.from({ length: words.random.below(3) }, () => randomAction(words))
}

function randomAction(words: Vocabulary): unknown {
  const { random } = words
  const kind = random.below(20)
  if (kind < 6) return randomAssign(words)
  if (kind < 9) return randomRaise(words)
  if (kind < 12) return randomSend(words)
  if (kind < 15) return randomChildAction(words)
  const text = `note${random.below(5)}`
  if (kind === 15) return emit({ type: 'emitted', text } as Loose)
  if (kind === 16)
    return emit((({ context }: { context: Context }) => ({
      type: 'emitted',
      n: context.n,
      bag: { size: Object.keys(context.bag).length },
    })) as Loose)
  if (kind === 17) return log((({ context }: { context: Context }) => `${text} ${context.n}`) as Loose)
  if (kind === 18) return { type: 'note', params: { text } }
  return { type: 'note', params: ({ context, event }: Loose) => ({ text, n: context.n, of: typeOf(event) }) }
}

function randomAssign({ random }: Vocabulary): unknown {
  const key = `k${random.below(4)}`
  const number = random.below(5)
  switch (random.below(7)) {
    case 0:
      return set((context, event) => ({ trail: [...context.trail, typeOf(event)].slice(-6) }))
    case 1:
      return set((context) => ({ bag: { ...context.bag, [key]: number } }))
    case 2:
      return set((context) => ({
        bag: Object.fromEntries(Object.entries(context.bag).filter(([name]) => name !== key)),
      }))
    case 3:
      return set((context) => ({ bag: { [key]: { deep: [number, { gone: undefined }] }, ...context.bag } }))
    case 4:
      return set((context, event) => ({
        bag: { ...context.bag, last: event.output ?? event.value ?? event.error ?? null },
      }))
    case 5:
      return assign((({ context, self }: Loose) => ({ bag: { ...context.bag, me: self } })) as Loose)
    default:
      return set((context) => ({ n: context.n + 1 }))
  }
}

function randomRaise(words: Vocabulary): unknown {
  const { random, events } = words
  const event = { type: random.pick(events) }
  const id = `t${random.below(3)}`
  switch (random.below(4)) {
    case 0:
      return within(words, raise(event as Loose))
    case 1:
      return cancel(id)
    case 2:
      return within(words, raise(event as Loose, { delay: 10 * (1 + random.below(5)) }))
    default:
      return within(words, raise(event as Loose, { delay: 10 * (1 + random.below(5)), id }))
  }
}

function randomSend(words: Vocabulary): unknown {
  const { random, events, childIds, isRoot } = words
  const event = { type: random.pick(events), value: random.below(4) }
  const delay = random.chance(0.3) ? { delay: 10 * (1 + random.below(4)) } : undefined
  const id = random.pick(childIds)
  const kind = random.below(6)
  if (kind === 5) return within(words, sendTo(kept as Loose, event as Loose, delay as Loose))
  if (kind === 0 && !isRoot) return within(words, sendParent(event as Loose, delay as Loose))
  if (kind === 1) return within(words, sendTo((({ self }: Loose) => self) as Loose, event as Loose, delay as Loose))
  if (kind === 2) {
    const named = `name${random.below(2)}`
    const to = ({ system, self }: Loose): unknown => system.get(named) ?? self
    return within(words, sendTo(to as Loose, event as Loose, delay as Loose))
  }
  return existing(words, id, sendTo(id as Loose, event as Loose, delay as Loose))
}

/** An actor that is kept in the context, whatever has become of it. */
function kept({ context, self }: Loose): unknown {
  return context.bag.ref ?? self
}

function randomChildAction(words: Vocabulary): unknown {
  const { random, childIds, sources } = words
  const id = random.pick(childIds)
  if (random.chance(0.3)) return stopChild(id)
  if (random.chance(0.1)) return within(words, stopChild((({ context }: Loose) => context.bag.ref ?? id) as Loose))
  const src = random.pick(sources)
  const input = { from: 'spawn', nested: { id, list: [random.below(3)] } }
  const options = {
    ...(random.chance(0.8) ? { id } : {}),
    input,
    ...(random.chance(0.15) ? { systemId: `name${random.below(2)}` } : {}),
    ...(random.chance(0.3) ? { syncSnapshot: true } : {}),
  }
  if (random.chance(0.6)) return within(words, spawnChild(src as Loose, options as Loose))
  return within(
    words,
    assign((({ context, spawn }: Loose) => ({ bag: { ...context.bag, ref: spawn(src, options) } })) as Loose),
  )
}

/** `undefined`: none. Most let about half of what comes through. */
export function randomGuard(words: Vocabulary): unknown {
  const { random } = words
  if (random.chance(0.5)) return undefined
  return guard(words, 2)
}

function guard(words: Vocabulary, depth: number): Loose {
  const { random } = words
  const modulus = 2 + random.below(3)
  const rest = random.below(modulus)
  switch (random.below(depth > 0 ? 8 : 5)) {
    case 0:
      return stateIn(`#${random.pick(words.nodeIds)}` as Loose)
    case 1:
      return !words.isRoot && random.chance(0.2) ? 'explodes' : 'isRich'
    case 2:
      return { type: 'isBelow', params: { bound: 1 + random.below(8) } }
    case 5:
      return not(guard(words, depth - 1))
    case 6:
      return and([guard(words, depth - 1), guard(words, depth - 1)])
    case 7:
      return or([guard(words, depth - 1), guard(words, depth - 1)])
    default:
      return ({ context }: { context: Context }) => context.n % modulus !== rest
  }
}
