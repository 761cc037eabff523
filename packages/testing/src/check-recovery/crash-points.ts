/** Where the process of a run may die, and which of these places are tried. */
import { seededRandom } from '../simulation/seeded-random.js'
import type { CrashPoint } from './checked-bodies.js'
import type { PlayedRun } from './run-shape.js'

/** Every boundary of the run: each append and each body, before and after. */
export function crashPoints({
  agents,
  bodies,
  checked,
}: Pick<PlayedRun, 'agents' | 'bodies' | 'checked'>): readonly CrashPoint[] {
  const points = (count: number, at: Omit<CrashPoint, 'nth' | 'when'>): CrashPoint[] =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((nth) => [
      { ...at, nth, when: 'before' },
      { ...at, nth, when: 'after' },
    ])
  const appends = [...agents].flatMap(([stream, played]) =>
    points(played.appends, { at: 'append', ...(stream === checked ? undefined : { stream }) }),
  )
  return [...appends, ...points(bodies, { at: 'body' })]
}

/** One of each part of the run, by chance: at even distances there would be none `after`. */
export function spread<T>(
  items: readonly T[],
  { most, seed }: { readonly most: number; readonly seed: string },
): readonly T[] {
  if (items.length <= most) return items
  const random = seededRandom(seed)
  return Array.from(
    { length: most },
    (_, index) => items[Math.floor(((index + random.next()) * items.length) / most)] as T,
  )
}
