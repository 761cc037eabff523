/** How many effects of a state are work, and how many wait for someone. Of a large map: those of the version before, and what changed. */
import type { LargeMap } from '../record/large-map.js'
import { largeMembers } from '../record/large-members.js'
import type { EffectDocument, StateDocument } from '../record/state-document.js'

const COUNTED = {
  /** Neither in doubt nor abandoned. */
  work: ({ inDoubt, abandoned }: EffectDocument) => inDoubt === undefined && abandoned === undefined,
  inDoubt: ({ inDoubt }: EffectDocument) => inDoubt !== undefined,
  /** For someone's word: in doubt, or abandoned. */
  waiting: ({ inDoubt, abandoned }: EffectDocument) => inDoubt !== undefined || abandoned !== undefined,
}

type Counted = keyof typeof COUNTED
type Counts = { [name in Counted]: number }
type EffectsPart = Pick<StateDocument, 'effects'>

const NAMES = Object.keys(COUNTED) as readonly Counted[]
const known = new WeakMap<LargeMap<EffectDocument>, Readonly<Counts>>()

export function countEffects(state: EffectsPart, name: Counted): number {
  const large = largeEffects(state)
  if (large !== undefined) return countsOf(large)[name]
  const { effects } = state
  const isCounted = COUNTED[name]
  let count = 0
  for (const id in effects) if (isCounted(effects[id] as EffectDocument)) count++
  return count
}

/** The numbers of the next state are those of the one before and what changed. */
export function countOn(before: EffectsPart, after: EffectsPart): void {
  const [earlier, map] = [largeEffects(before), largeEffects(after)]
  const changes = earlier === undefined ? undefined : map?.changesSince(earlier)
  if (earlier === undefined || map === undefined || changes === undefined || known.has(map)) return
  const counts = { ...countsOf(earlier) }
  for (const change of changes) {
    add(counts, change.before, -1)
    add(counts, change.after, 1)
  }
  known.set(map, counts)
}

function largeEffects(state: EffectsPart): LargeMap<EffectDocument> | undefined {
  return largeMembers(state)?.effects
}

function countsOf(map: LargeMap<EffectDocument>): Readonly<Counts> {
  let counts = known.get(map)
  if (counts === undefined) {
    const all = { work: 0, inDoubt: 0, waiting: 0 }
    for (const effect of Object.values(map.entries())) add(all, effect, 1)
    known.set(map, (counts = all))
  }
  return counts
}

function add(counts: Counts, effect: EffectDocument | undefined, by: 1 | -1): void {
  if (effect === undefined) return
  for (const name of NAMES) if (COUNTED[name](effect)) counts[name] += by
}
