/** A list in another order, by the world's chance. */

/** Fisher and Yates; the given list stays as it is. `random` gives numbers from 0 to below 1. */
export function inRandomOrder<T>(items: readonly T[], random: () => number): readonly T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [a, b] = [shuffled[last], shuffled[other]]
    if (a === undefined || b === undefined) continue
    shuffled[last] = b
    shuffled[other] = a
  }
  return shuffled
}
