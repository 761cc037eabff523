/** The chart of a definition, with how many agents stand where, for how long, and which transitions were never taken. */
import { useMemo } from 'preact/hooks'
import type { PlacedChart } from '../../chart/placed-chart.js'
import type { HeatView } from '../../contract/fleet.js'
import { ChartFrame } from '../chart/chart-frame.js'
import type { StateHeat } from '../chart/drawn-chart.js'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { plain, shown } from '../parts/safe-text.js'
import { count, duration } from '../parts/time-words.js'
import { addressOf, go } from '../route.js'

export interface HeatPanelProps {
  readonly definition: string
  readonly version: number
}

const NONE: ReadonlySet<string> = new Set()

export function HeatPanel({ definition, version }: HeatPanelProps) {
  const { value: heat, error } = useAnswer('heat', { definition, version })
  const { value: chart, error: noChart } = useAnswer(
    'chart',
    heat === undefined ? undefined : { fingerprint: heat.fingerprint },
  )
  const warm = useMemo(() => (heat === undefined ? undefined : heatOf(heat)), [heat])
  const never = useMemo(
    () => (heat === undefined || chart === undefined ? NONE : neverTaken(heat, chart)),
    [heat, chart],
  )
  return (
    <section class="heat" aria-label="Where its agents stand">
      <Failure error={error ?? noChart} what="where its agents stand" />
      {heat === undefined || warm === undefined ? null : (
        <>
          {chart === undefined ? (
            <p class="quiet center">{noChart === undefined ? 'Placing the chart …' : ''}</p>
          ) : (
            <ChartFrame
              chart={chart}
              readable={0.6}
              lit={NONE}
              taken={NONE}
              heat={warm}
              never={never}
              onState={(state) => go({ view: 'fleet', definition, version, state })}
              label={`Where the agents of ${plain(definition)} stand`}
            />
          )}
          <HeatWords heat={heat} never={never.size} />
        </>
      )}
    </section>
  )
}

function HeatWords({ heat, never }: { readonly heat: HeatView; readonly never: number }) {
  const states = heat.states
    .filter(({ agents }) => agents > 0)
    .toSorted((one, other) => (other.longestMs ?? 0) - (one.longestMs ?? 0))
  return (
    <div class="heat-words">
      <h2>
        {shown(heat.definition)} <span class="quiet">v{heat.version}</span>
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Agents
            </th>
            <th scope="col">Half of them since</th>
            <th scope="col">Longest</th>
          </tr>
        </thead>
        <tbody>
          {states.map(({ path, agents, medianMs, longestMs, longest }) => (
            <tr key={path}>
              <td class="mono">{shown(path)}</td>
              <td class="number">{count(agents)}</td>
              <td>{medianMs === undefined ? '–' : duration(medianMs)}</td>
              <td>
                {longestMs === undefined ? '–' : duration(longestMs)}{' '}
                {longest === undefined ? null : (
                  <a href={addressOf({ view: 'agent', agent: longest })}>{shown(longest)}</a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {heat.edges.records === 0 ? null : (
        <p class="quiet">
          {never === 0 ? 'Every transition was taken' : `${count(never)} transitions, drawn dotted, were never taken`}{' '}
          in {heat.edges.isAll ? 'all' : 'the newest'} {count(heat.edges.records)} records.
        </p>
      )}
    </div>
  )
}

function heatOf({ states }: HeatView): ReadonlyMap<string, StateHeat> {
  const most = Math.max(1, ...states.map(({ agents }) => agents))
  return new Map(
    states.flatMap(({ path, agents, medianMs }) => {
      if (agents === 0) return []
      const level = Math.min(4, Math.ceil((agents / most) * 4))
      return [
        [
          path,
          { text: medianMs === undefined ? count(agents) : `${count(agents)} · ${duration(medianMs)}`, level },
        ] as const,
      ]
    }),
  )
}

function neverTaken({ edges }: HeatView, chart: PlacedChart): ReadonlySet<string> {
  const ids = chart.edges.flatMap(({ edge }) => (edge === undefined ? [] : [edge.id]))
  return new Set(ids.filter((id) => (edges.taken[id] ?? 0) === 0))
}
