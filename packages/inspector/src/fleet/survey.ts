/** One look at all agents of a store, from its directory. */
import type { Concern, FleetGroup, FleetView } from '../contract/fleet.js'
import type { AskedEvents } from './asked-events.js'
import { hasConcern, needsOwner, PLAIN_CONCERNS } from './concerns.js'
import { pagesOf } from './fleet-source.js'
import type { FleetSource } from './fleet-source.js'
import type { GoneOwners } from './gone-owners.js'
import { FleetGroups } from './group-agents.js'
import type { Placement } from './placement.js'

export interface Survey extends FleetSource {
  readonly asked: AskedEvents
  readonly placement: Pick<Placement, 'look' | 'streams' | 'unknown'>
  readonly gone: Pick<GoneOwners, 'isGone'>
}

/** Counts all, and asks the charts once for each way to stand. */
export async function surveyFleet(survey: Survey, now: number): Promise<FleetView> {
  const { asked, placement } = survey
  const groups = new FleetGroups()
  const concerns = Object.fromEntries(PLAIN_CONCERNS.map((concern) => [concern, 0])) as Record<Concern, number>
  /** Of those that need one: how many have it. */
  const owners = new Map<string | undefined, number>()
  let agents = 0
  let active = 0
  for await (const page of pagesOf(survey, {}))
    for (const entry of page) {
      agents++
      if (entry.status === 'active') active++
      groups.add(entry, now)
      asked.saw(entry)
      if (needsOwner(entry)) owners.set(entry.owner, (owners.get(entry.owner) ?? 0) + 1)
      for (const concern of PLAIN_CONCERNS) if (hasConcern(concern, entry, now)) concerns[concern]++
    }
  void placement.look(active)
  const { streams, unknown } = placement
  const more = {
    'waits-for-a-person': await waitingIn(groups.all, survey),
    unowned: await unownedIn(owners, survey),
    unplaceable: streams?.size ?? 0,
  }
  return {
    agents,
    groups: groups.all,
    concerns: { ...concerns, ...more },
    at: now,
    unknown: unknown === undefined ? {} : { unplaceable: unknown },
  }
}

async function waitingIn(groups: readonly FleetGroup[], { asked }: Survey): Promise<number> {
  let waiting = 0
  for (const group of groups) if ((await asked.of(group)).length > 0) waiting += group.agents
  return waiting
}

async function unownedIn(owners: ReadonlyMap<string | undefined, number>, { gone }: Survey): Promise<number> {
  let unowned = owners.get(undefined) ?? 0
  for (const [owner, agents] of owners) if (await gone.isGone(owner)) unowned += agents
  return unowned
}
