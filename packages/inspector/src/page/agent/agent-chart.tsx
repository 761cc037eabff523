/** The agent's chart, lit by where it stood after the chosen record. */
import { useMemo } from 'preact/hooks'
import { litBy } from '../../chart/chart-model.js'
import type { PointView } from '../../contract/agent.js'
import { ChartFrame } from '../chart/chart-frame.js'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { Icon } from '../parts/icon.js'
import { plain, shown } from '../parts/safe-text.js'
import { toneOf } from '../parts/status-badge.js'
import type { AgentModel } from '../state/agent-model.js'

export interface AgentChartProps {
  readonly model: AgentModel
  readonly point: PointView | undefined
}

const NONE: ReadonlySet<string> = new Set()

export function AgentChart({ model, point }: AgentChartProps) {
  const head = model.head.value
  const fingerprint = head?.hasChart === true ? head.fingerprint : undefined
  const { value: chart, error, isPending } = useAnswer('chart', fingerprint === undefined ? undefined : { fingerprint })
  const active = point?.active
  const lit = useMemo(
    () =>
      chart?.states[0] === undefined || active === undefined
        ? NONE
        : litBy({ root: chart.states[0].state, edges: [] }, active),
    [chart, active?.join(' ')],
  )
  const taken = useMemo(() => new Set(point?.edges), [point])
  return (
    <section class="chart-panel" aria-label="Chart">
      <Failure error={error} what="the chart" />
      {chart === undefined ? (
        <NoChart isPending={isPending && fingerprint !== undefined} point={point} />
      ) : (
        <ChartFrame
          tone={point === undefined ? 'good' : toneOf(point.status, point.condition)}
          chart={chart}
          lit={lit}
          taken={taken}
          label={`Chart of ${plain(head?.definition ?? '')}, active: ${plain(active?.join(', ') ?? '')}`}
        />
      )}
      <Machines point={point} />
    </section>
  )
}

/** Without a chart the active states stand by themselves. */
function NoChart({ isPending, point }: { readonly isPending: boolean; readonly point: PointView | undefined }) {
  if (isPending) return <p class="quiet center">Placing the chart …</p>
  return (
    <div class="no-chart">
      <p class="quiet">No chart of this definition is stored.</p>
      <ul>
        {point?.active.map((state) => (
          <li key={state} class="state-chip">
            {shown(state)}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Machines that live within it. */
function Machines({ point }: { readonly point: PointView | undefined }) {
  const machines = point?.children.filter(({ kind }) => kind === 'machine') ?? []
  if (machines.length === 0) return null
  return (
    <ul class="machines" aria-label="Child machines">
      {machines.map(({ path, src, active, status }) => (
        <li key={path.join('.')} title={src === undefined ? '' : plain(src)}>
          <Icon name="child" />
          <strong>{shown(path.join('.'))}</strong>{' '}
          <span>{status === 'active' ? shown(active.join(', ')) : status}</span>
        </li>
      ))}
    </ul>
  )
}
