/** What the bodies of all processes of one peer wrote of themselves, counted. */

/** A line when a body begins, and one when it has its answer: `begun a7 3`. */
export const BODIES = 'bodies.txt'

export interface BodyCount {
  readonly begun: number
  /** Different effects that began. */
  readonly distinct: number
  /** Bodies that began though one of the same effect had begun before. */
  readonly repeats: number
  /** Of them those of an effect that had its answer already: the answer was not kept. */
  readonly repeatsOfEnded: number
}

export function countBodies(text: string): BodyCount {
  const begun = new Set<string>()
  const ended = new Set<string>()
  let bodies = 0
  let repeatsOfEnded = 0
  for (const line of text.trim().split('\n')) {
    const [what, effect] = [line.slice(0, 5), line.slice(6)]
    if (what === 'ended') ended.add(effect)
    if (what !== 'begun') continue
    bodies++
    if (ended.has(effect)) repeatsOfEnded++
    begun.add(effect)
  }
  return { begun: bodies, distinct: begun.size, repeats: bodies - begun.size, repeatsOfEnded }
}
