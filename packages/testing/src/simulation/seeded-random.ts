/** Seeded random numbers of the simulator: one seed, one run. Forks keep one part's draws from moving another's. */

/** A stream of random numbers. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number
  /** A whole number in [min, max]. */
  between(min: number, max: number): number
  chance(probability: number): boolean
  /** One of a list that is not empty. */
  pick<T>(from: readonly T[]): T
  /** An RFC 9562 text id, unique for all practical purposes. */
  uuid(): string
  /** An independent stream: draws from it do not move this one. */
  fork(name: string): SeededRandom
}

/** The same seed gives the same numbers on every machine. */
export function seededRandom(seed: number | string): SeededRandom {
  const next = generator(hash(String(seed)))
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (from) => {
      const picked = from[between(0, from.length - 1)]
      if (from.length === 0) throw new Error('nothing to pick from: the list is empty')
      return picked as (typeof from)[number]
    },
    uuid: () => uuidFrom(next),
    fork: (name) => seededRandom(`${seed}/${name}`),
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return sum >>> 0
}

/** Mulberry32: 32 bits of state are plenty for a run of some thousand draws. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

function uuidFrom(next: () => number): string {
  const word = (): string =>
    Math.floor(next() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')
  const digits = word() + word() + word() + word()
  const variant = '89ab'[Math.floor(next() * 4)] ?? '8'
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
}
