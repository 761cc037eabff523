/** The chart as a nested list: what a drawing says, to those who do not see it. */
import type { ChartState } from '../../chart/chart-model.js'
import type { PlacedChart } from '../../chart/placed-chart.js'
import { shown } from '../parts/safe-text.js'
import type { StateHeat } from './drawn-chart.js'

export interface ChartListProps {
  readonly chart: PlacedChart
  readonly lit: ReadonlySet<string>
  readonly folded: ReadonlySet<string>
  /** Absent: it is for reading only. */
  readonly onFold: ((id: string) => void) | undefined
  readonly heat?: ReadonlyMap<string, StateHeat>
}

export function ChartList(props: ChartListProps) {
  const root = props.chart.states[0]?.state
  return root === undefined ? null : (
    <ul>
      <ListedState {...props} state={root} />
    </ul>
  )
}

function ListedState(props: ChartListProps & { readonly state: ChartState }) {
  const { state, lit, folded, onFold, heat } = props
  const isLit = lit.has(state.id)
  const isFolded = folded.has(state.id)
  const hasChildren = state.children.length > 0
  const warm = heat?.get(state.path)
  return (
    <li aria-current={isLit ? 'true' : undefined} class={isLit ? 'lit' : ''}>
      {hasChildren && onFold !== undefined ? (
        <button type="button" class="button quiet" aria-expanded={!isFolded} onClick={() => onFold(state.id)}>
          {shown(state.key)}
        </button>
      ) : (
        <span class="state-name">{shown(state.key)}</span>
      )}
      <span class="quiet">
        {state.type === 'atomic' ? '' : ` ${state.type}`}
        {isLit ? ', active' : ''}
        {warm === undefined ? '' : `, ${warm.text}`}
      </span>
      {hasChildren && !isFolded ? (
        <ul>
          {state.children.map((child) => (
            <ListedState key={child.id} {...props} state={child} />
          ))}
        </ul>
      ) : null}
    </li>
  )
}
