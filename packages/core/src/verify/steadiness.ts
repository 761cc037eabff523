/**
 * Code that reads a clock or random numbers answers otherwise each time: then a difference says nothing of a deploy. It is found out
 * by asking again, once for each kind of difference.
 */
import type { Decision } from '../decide/decision.js'
import { pause } from '../world/pause.js'
import { systemClock } from '../world/system-clock.js'
import { differingPlaces } from './compare-decisions.js'

/** So many times the same question, in different milliseconds. */
const ASKED = 3
const PAUSE_MS = 2
/** Kinds of differences that are remembered. What comes beyond is taken for steady. */
const MAX_KINDS = 10_000

export class Steadiness {
  readonly #isSteady = new Map<string, boolean>()

  /** Of the paths at which an answer differs those at which it is not even the same as itself. `kindOf` names each with its likes. */
  async unsteady(
    paths: readonly string[],
    {
      first,
      again,
      kindOf,
    }: { readonly first: Decision; readonly again: () => Decision; readonly kindOf: (path: string) => string },
  ): Promise<ReadonlySet<string>> {
    if (paths.some((path) => !this.#isSteady.has(kindOf(path)))) {
      const moving = await movingPaths(first, again)
      for (const path of paths) this.#learn(kindOf(path), !moving.some((one) => isWithin(path, one)))
    }
    return new Set(paths.filter((path) => this.#isSteady.get(kindOf(path)) === false))
  }

  #learn(kind: string, isSteady: boolean): void {
    if (this.#isSteady.size < MAX_KINDS && !this.#isSteady.has(kind)) this.#isSteady.set(kind, isSteady)
  }
}

/** One stands in the other: a place may be told as a whole or by its parts. */
function isWithin(path: string, other: string): boolean {
  return other === '' || path === other || path.startsWith(`${other}/`) || other.startsWith(`${path}/`)
}

async function movingPaths(first: Decision, again: () => Decision): Promise<readonly string[]> {
  const found: string[] = []
  for (let asked = 0; asked < ASKED; asked++) {
    await pause(PAUSE_MS, { clock: systemClock })
    found.push(...movedBetween(first, again()))
  }
  return found
}

function movedBetween(first: Decision, second: Decision): readonly string[] {
  if (first.kind !== 'recorded' || second.kind !== 'recorded')
    return first.kind === second.kind && textOf(first) === textOf(second) ? [] : ['']
  const { record: event, state: after } = first
  return differingPlaces(second, { event, header: event.metadata.refold, after }).map(({ path }) => path)
}

function textOf(decision: Decision): string {
  return decision.kind === 'refused' ? `${decision.error.code} ${decision.error.message}` : decision.kind
}
