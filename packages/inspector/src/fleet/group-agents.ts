/** Agents that stand alike, counted. The commands count so too. */
import { fromGiven } from '@refold/core/store'
import type { DirectoryEntry } from '@refold/core/store'
import type { FleetGroup } from '../contract/fleet.js'

/** Counts as entries come. */
export class FleetGroups {
  readonly #groups = new Map<string, { -readonly [Member in keyof FleetGroup]: FleetGroup[Member] }>()

  /** `now` in epoch milliseconds. */
  add(
    { definition, version, status, condition, active, pending, inDoubt, nextDueAt }: DirectoryEntry,
    now: number,
  ): void {
    const key = JSON.stringify([definition, version, status, condition, active])
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { definition, version, status, condition, active, agents: 0, pending: 0, inDoubt: 0, overdue: 0 }
      this.#groups.set(key, group)
    }
    group.agents++
    group.pending += pending
    group.inDoubt += inDoubt
    if (nextDueAt !== undefined && nextDueAt < now) group.overdue++
  }

  /** The largest first. */
  get all(): readonly FleetGroup[] {
    return [...this.#groups.values()].toSorted((one, other) => other.agents - one.agents)
  }
}

/** All of them; `now` in epoch milliseconds. */
export function groupAgents(entries: Iterable<DirectoryEntry>, now: number): readonly FleetGroup[] {
  return fromGiven('groupAgents', () => {
    const groups = new FleetGroups()
    for (const entry of entries) groups.add(entry, now)
    return groups.all
  })
}
