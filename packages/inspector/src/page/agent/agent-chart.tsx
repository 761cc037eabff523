/** The agent's chart, or that of a machine within it, lit by where it stood after the chosen record. */
import { parsePointer } from '@refold/core/record'
import { useMemo, useState } from 'preact/hooks'
import { litBy } from '../../chart/chart-model.js'
import type { PointView } from '../../contract/agent.js'
import { ChartFrame } from '../chart/chart-frame.js'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { listOf } from '../parts/list-of.js'
import { plain, shown } from '../parts/safe-text.js'
import { toneOf } from '../parts/status-badge.js'
import type { AgentModel } from '../state/agent-model.js'
import { Machines } from './machines.js'
import { shownMachine } from './shown-machine.js'

export interface AgentChartProps {
  readonly model: AgentModel
  readonly point: PointView | undefined
}

const NONE: ReadonlySet<string> = new Set()

export function AgentChart({ model, point }: AgentChartProps) {
  const [key, setKey] = useState('')
  const head = model.head.value
  const fingerprint = head?.hasChart === true ? head.fingerprint : undefined
  const { source, active, edges } = shownMachine(point, key)
  const name = key === '' ? (head?.definition ?? '') : parsePointer(key).join('.')
  const ask =
    fingerprint === undefined || source === undefined
      ? undefined
      : { fingerprint, ...(source === '' ? {} : { machine: source }) }
  const { value: chart, error, isPending } = useAnswer('chart', ask)
  const lit = useMemo(
    () => (chart?.states[0] === undefined ? NONE : litBy({ root: chart.states[0].state, edges: [] }, active)),
    [chart, active.join(' ')],
  )
  const taken = useMemo(() => new Set(edges), [point, key])
  return (
    <section class="chart-panel" aria-label="Chart">
      <Failure error={error} what="the chart" />
      {source === undefined ? (
        <p class="quiet center">{plain(name)} is not there at this revision.</p>
      ) : chart === undefined ? (
        <NoChart isPending={isPending && fingerprint !== undefined} point={point} />
      ) : (
        <ChartFrame
          key={key}
          chart={chart}
          lit={lit}
          taken={taken}
          tone={point === undefined ? 'good' : toneOf(point.status, point.condition)}
          label={`Chart of ${plain(name)}, active: ${plain(active.join(', '))}`}
        />
      )}
      <Machines point={point} chosen={key} root={head?.definition ?? ''} onChoose={setKey} />
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
        {listOf(point?.active).map((state) => (
          <li key={state} class="state-chip">
            {shown(state)}
          </li>
        ))}
      </ul>
    </div>
  )
}
