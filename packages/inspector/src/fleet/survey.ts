/** One look at all agents of a store, from its directory. */
import type { Concern, FleetView } from '../contract/fleet.js'
import type { AskedEvents } from './asked-events.js'
import { hasConcern, PLAIN_CONCERNS } from './concerns.js'
import { pagesOf } from './fleet-source.js'
import type { FleetSource } from './fleet-source.js'
import { FleetGroups } from './group-agents.js'
import type { Placement } from './placement.js'

export interface Survey extends FleetSource {
  readonly asked: AskedEvents
  readonly placement: Pick<Placement, 'look' | 'streams' | 'unknown'>
}

/** Counts all, and asks the charts once for each way to stand. */
export async function surveyFleet(survey: Survey, now: number): Promise<FleetView> {
  const { asked, placement } = survey
  const groups = new FleetGroups()
  const concerns = Object.fromEntries(PLAIN_CONCERNS.map((concern) => [concern, 0])) as Record<Concern, number>
  let agents = 0
  let active = 0
  for await (const page of pagesOf(survey, {}))
    for (const entry of page) {
      agents++
      if (entry.status === 'active') active++
      groups.add(entry, now)
      asked.saw(entry)
      for (const concern of PLAIN_CONCERNS) if (hasConcern(concern, entry, now)) concerns[concern]++
    }
  let waiting = 0
  for (const group of groups.all) if ((await asked.of(group)).length > 0) waiting += group.agents
  void placement.look(active)
  const { streams, unknown } = placement
  return {
    agents,
    groups: groups.all,
    concerns: { ...concerns, 'waits-for-a-person': waiting, unplaceable: streams?.size ?? 0 },
    at: now,
    unknown: unknown === undefined ? {} : { unplaceable: unknown },
  }
}
