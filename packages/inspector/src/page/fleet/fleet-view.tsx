/** All agents: how many stand alike, what someone should look at, and a list of those that a filter leaves. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { FleetFilter, FleetView as Fleet } from '../../contract/fleet.js'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { heardTrouble, heardWell, source } from '../state/session.js'
import type { FleetRoute } from '../route.js'
import { AgentTable } from './agent-table.js'
import { Concerns } from './concerns.js'
import { Definitions } from './definitions.js'
import { FleetFilters } from './fleet-filters.js'
import { HeatPanel } from './heat-panel.js'

export function FleetView({ filter: here }: { readonly filter: FleetRoute }) {
  const { view: _view, ...filter } = here
  const { value: asked, error } = useAnswer('fleet', {})
  const live = useLiveFleet()
  const fleet = newest(asked, live)
  const version = useMemo(() => versionsOf(fleet, filter), [fleet, here])
  useEffect(() => void (document.title = 'Agents · Refold'), [])
  return (
    <main class="fleet">
      <h1 class="sr-only">Agents</h1>
      <Failure error={error} what="the counts" />
      {fleet === undefined ? null : (
        <>
          <Concerns fleet={fleet} chosen={filter.concern} />
          <Definitions fleet={fleet} filter={filter} />
        </>
      )}
      {version === undefined ? null : <HeatPanel {...version} />}
      <section class="agents" aria-label="Agents">
        <FleetFilters filter={filter} />
        <AgentTable filter={filter} version={fleet === undefined ? '' : JSON.stringify(fleet.groups)} />
      </section>
    </main>
  )
}

/** Counts come by themselves, when they change. */
function useLiveFleet(): Fleet | undefined {
  const [fleet, setFleet] = useState<Fleet | undefined>(undefined)
  const from = source.value
  useEffect(
    () =>
      from?.live({ fleet: true }, (event) => {
        if (event.kind === 'fleet') setFleet(event.fleet)
        else if (event.kind === 'trouble') heardTrouble(event.error)
        else if (event.kind === 'well') heardWell()
      }),
    [from],
  )
  return fleet
}

function newest(one: Fleet | undefined, other: Fleet | undefined): Fleet | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one.at > other.at ? one : other
}

/** The definition that is looked at, at the version that is asked for or the newest. */
function versionsOf(
  fleet: Fleet | undefined,
  { definition, version }: FleetFilter,
): { readonly definition: string; readonly version: number } | undefined {
  if (definition === undefined || fleet === undefined) return undefined
  const versions = fleet.groups.filter((group) => group.definition === definition).map((group) => group.version)
  if (versions.length === 0) return undefined
  return { definition, version: version ?? Math.max(...versions) }
}
