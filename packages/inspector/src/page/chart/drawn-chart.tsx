/** A placed chart as SVG elements: states, transitions, what is lit, what was taken. */
import type { PlacedChart, PlacedEdge, PlacedState, Point } from '../../chart/placed-chart.js'
import { plain } from '../parts/safe-text.js'

/** What is shown on a state beside its name: how many agents stand there. */
export interface StateHeat {
  readonly text: string
  /** 0 to 4. */
  readonly level: number
}

export interface DrawnChartProps {
  readonly chart: PlacedChart
  /** Ids of the active states, those around them too. */
  readonly lit: ReadonlySet<string>
  /** Ids of edges. */
  readonly taken: ReadonlySet<string>
  /** Ids of the states whose inner ones are not drawn. */
  readonly folded: ReadonlySet<string>
  readonly onFold: (id: string) => void
  readonly heat?: ReadonlyMap<string, StateHeat>
  /** Ids of edges that no record took. */
  readonly never?: ReadonlySet<string>
  readonly onState?: (path: string) => void
}

export function DrawnChart(props: DrawnChartProps) {
  const { chart, folded } = props
  const inside = insideOf(chart, folded)
  const states = chart.states.filter(({ state }) => !inside.has(state.id))
  const edges = chart.edges.filter((edge) => !isInside(edge, inside))
  const isOpen = ({ state }: PlacedState): boolean => !folded.has(state.id) && state.children.length > 0
  const above = (edge: PlacedEdge): number => (edge.edge !== undefined && props.taken.has(edge.edge.id) ? 1 : 0)
  return (
    <>
      {states.filter(isOpen).map((placed) => (
        <DrawnState key={placed.state.id} {...props} placed={placed} />
      ))}
      {edges
        .toSorted((one, other) => above(one) - above(other))
        .map((edge, index) => (
          <DrawnEdge
            key={edge.edge === undefined ? `start ${index}` : `${edge.edge.id} ${edge.edge.target}`}
            {...props}
            placed={edge}
          />
        ))}
      {chart.starts.map(({ x, y }) => (
        <circle class="start" cx={x} cy={y} r={5} />
      ))}
      {states
        .filter((placed) => !isOpen(placed))
        .map((placed) => (
          <DrawnState key={placed.state.id} {...props} placed={placed} />
        ))}
      {edges.map((edge) => (
        <EdgeLabel key={`${edge.edge?.id} ${edge.edge?.target}`} {...props} placed={edge} />
      ))}
      {states.map((placed) => (
        <HeatMark key={placed.state.id} placed={placed} heat={props.heat?.get(placed.state.path)} />
      ))}
    </>
  )
}

/** States within folded ones. */
function insideOf({ states }: PlacedChart, folded: ReadonlySet<string>): ReadonlySet<string> {
  const inside = new Set<string>()
  for (const { state } of states)
    if (folded.has(state.id) || inside.has(state.id)) for (const child of state.children) inside.add(child.id)
  return inside
}

function isInside({ edge }: PlacedEdge, inside: ReadonlySet<string>): boolean {
  return edge !== undefined && inside.has(edge.source) && inside.has(edge.target)
}

function DrawnState({
  placed,
  lit,
  folded,
  heat,
  onFold,
  onState,
  taken,
}: DrawnChartProps & { readonly placed: PlacedState }) {
  const { state, x, y, width, height, isRegion } = placed
  const isFolded = folded.has(state.id)
  const isOuter = state.children.length > 0 && !isFolded
  const warm = heat?.get(state.path)
  const classes = [
    'state',
    state.type,
    isOuter ? 'outer' : '',
    isRegion ? 'region' : '',
    lit.has(state.id) ? 'lit' : '',
    warm === undefined ? '' : `heat-${warm.level}`,
    onState === undefined ? '' : 'is-link',
  ].join(' ')
  if (state.type === 'history') return <HistoryMark placed={placed} />
  return (
    <g class={classes} data-state={plain(state.path)} onClick={() => onState?.(state.path)}>
      <title>{plain(state.path === '' ? state.key : state.path)}</title>
      <rect x={x} y={y} width={width} height={height} rx={7} />
      {state.type === 'final' ? (
        <rect class="inner" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={5} />
      ) : null}
      <text class="name" x={x + 13} y={y + 20}>
        {plain(state.key)}
      </text>
      {isFolded ? (
        <text class="row" x={x + 13} y={y + 38}>{`${state.children.length} states within`}</text>
      ) : (
        <StateRows placed={placed} taken={taken} />
      )}
      {state.children.length > 0 && state.path !== '' ? (
        <FoldMark placed={placed} isFolded={isFolded} onFold={onFold} />
      ) : null}
    </g>
  )
}

function StateRows({ placed, taken }: { readonly placed: PlacedState; readonly taken: ReadonlySet<string> }) {
  const { state, rows, x, y } = placed
  return rows.map((row, index) => {
    const edge = state.told[index - state.invokes.length]
    const isTaken = edge !== undefined && taken.has(edge.id)
    return (
      <text key={index} class={isTaken ? 'row taken' : 'row'} x={x + 13} y={y + 38 + index * 16}>
        {plain(row)}
      </text>
    )
  })
}

function HistoryMark({ placed: { state, x, y, width, height } }: { readonly placed: PlacedState }) {
  const [cx, cy] = [x + width / 2, y + height / 2]
  return (
    <g class="state history">
      <title>{plain(state.path)}</title>
      <circle cx={cx} cy={cy} r={14} />
      <text class="name middle" x={cx} y={cy + 4}>
        {state.isDeepHistory ? 'H*' : 'H'}
      </text>
    </g>
  )
}

/** At the corner where no transition comes in, above everything. */
function HeatMark({ placed, heat }: { readonly placed: PlacedState; readonly heat: StateHeat | undefined }) {
  if (heat === undefined) return null
  const { x, y, width } = placed
  const room = heat.text.length * 6.6 + 12
  return (
    <g class="heat-mark">
      <rect x={x + width - 14} y={y - 13} width={room} height={18} rx={9} />
      <text class="middle" x={x + width - 14 + room / 2} y={y}>
        {heat.text}
      </text>
    </g>
  )
}

interface FoldMarkProps {
  readonly placed: PlacedState
  readonly isFolded: boolean
  readonly onFold: (id: string) => void
}

function FoldMark({ placed: { state, x, y, width }, isFolded, onFold }: FoldMarkProps) {
  const [cx, cy] = [x + width - 15, y + 15]
  return (
    <g
      class="fold"
      onClick={(event) => {
        event.stopPropagation()
        onFold(state.id)
      }}
    >
      <title>{isFolded ? 'Unfold' : 'Fold'}</title>
      <rect x={cx - 9} y={cy - 9} width={18} height={18} rx={4} />
      <path d={isFolded ? `M${cx - 4} ${cy}h8M${cx} ${cy - 4}v8` : `M${cx - 4} ${cy}h8`} />
    </g>
  )
}

function DrawnEdge({ placed: { edge, points }, taken, never }: DrawnChartProps & { readonly placed: PlacedEdge }) {
  const isTaken = edge !== undefined && taken.has(edge.id)
  const isNever = edge !== undefined && never?.has(edge.id) === true
  return (
    <path
      class={`edge${isTaken ? ' taken' : ''}${isNever ? ' never' : ''}`}
      data-edge={edge?.id}
      d={rounded(points)}
      marker-end={isTaken ? 'url(#arrow-taken)' : 'url(#arrow)'}
    />
  )
}

function EdgeLabel({ placed: { edge, label }, taken, never }: DrawnChartProps & { readonly placed: PlacedEdge }) {
  if (edge === undefined || label === undefined) return null
  const { x, y, width, height, lines } = label
  const name = taken.has(edge.id) ? 'label taken' : never?.has(edge.id) === true ? 'label never' : 'label'
  return (
    <g class={name}>
      <rect x={x} y={y} width={width} height={height} rx={3} />
      {lines.map((line, index) => (
        <text key={index} class="middle" x={x + width / 2} y={y + 11 + index * 14}>
          {plain(line)}
        </text>
      ))}
    </g>
  )
}

const CORNER = 7

/** A line whose corners are rounded. */
function rounded(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]]
      if (before === undefined) return `M${point.x} ${point.y}`
      if (after === undefined) return `L${point.x} ${point.y}`
      const [into, out] = [towards(point, before), towards(point, after)]
      return `L${into.x} ${into.y}Q${point.x} ${point.y} ${out.x} ${out.y}`
    })
    .join('')
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}
