/** How many effects of a state are work, and how many wait for someone. Of a large map the numbers of the version before and what changed. */
import { entriesOf, LargeMap, type StateMap } from '../record/large-map.js'
import { mapIn } from '../record/large-members.js'
import type { EffectDocument, StateDocument } from '../record/state-document.js'

export interface EffectCounts {
  /** Neither in doubt nor abandoned. */
  readonly work: number
  readonly inDoubt: number
  /** In doubt, or abandoned. */
  readonly waiting: number
}

type EffectsPart = Pick<StateDocument, 'effects'>

const known = new WeakMap<LargeMap<EffectDocument>, EffectCounts>()

export function effectCounts(state: EffectsPart): EffectCounts {
  const map = mapIn(state, 'effects')
  if (!(map instanceof LargeMap)) return countAll(map)
  let counts = known.get(map)
  if (counts === undefined) known.set(map, (counts = countAll(map)))
  return counts
}

/** The numbers of the next state are those of the one before and what changed. */
export function countOn(before: EffectsPart, after: EffectsPart): void {
  const map = mapIn(after, 'effects')
  if (!(map instanceof LargeMap) || known.has(map)) return
  const changes = map.changesSince(mapIn(before, 'effects'))
  if (changes === undefined) return
  const counts = { ...effectCounts(before) }
  for (const change of changes) {
    count(counts, change.before, -1)
    count(counts, change.after, 1)
  }
  known.set(map, counts)
}

function countAll(map: StateMap<EffectDocument>): EffectCounts {
  const counts = { work: 0, inDoubt: 0, waiting: 0 }
  const effects = entriesOf(map)
  for (const id in effects) count(counts, effects[id], 1)
  return counts
}

function count(
  counts: { -readonly [name in keyof EffectCounts]: number },
  effect: EffectDocument | undefined,
  by: 1 | -1,
): void {
  if (effect === undefined) return
  if (effect.inDoubt !== undefined) counts.inDoubt += by
  if (effect.inDoubt !== undefined || effect.abandoned !== undefined) counts.waiting += by
  else counts.work += by
}
