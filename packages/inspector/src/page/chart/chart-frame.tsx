/** A chart that can be moved, enlarged and folded, or read as a list. */
import { useMemo, useState } from 'preact/hooks'
import type { PlacedChart } from '../../chart/placed-chart.js'
import { Button } from '../parts/button.js'
import { ChartList } from './chart-list.js'
import { DrawnChart } from './drawn-chart.js'
import type { DrawnChartProps } from './drawn-chart.js'
import { usePanZoom } from './pan-zoom.js'
import type { Focus } from './pan-zoom.js'

export type ChartFrameProps = Omit<DrawnChartProps, 'folded' | 'onFold' | 'chart'> & {
  readonly chart: PlacedChart
  /** What it shows, in words. */
  readonly label: string
  /** Scale below which a part is shown instead of all. */
  readonly readable?: number
  /** Of the active states: how the agent stands. */
  readonly tone?: 'good' | 'held' | 'bad' | 'ended'
}

export function ChartFrame(props: ChartFrameProps) {
  const [isList, setList] = useState(false)
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const { chart, label } = props
  const focus = useMemo(() => middleOf(chart, props.lit), [chart, props.lit])
  const { svg, group, zoom, fit } = usePanZoom(chart, { focus, readable: props.readable ?? 0.72 })
  const fold = (id: string): void => setFolded((before) => toggled(before, id))
  return (
    <div class="chart-frame">
      <svg
        ref={svg}
        class={`chart tone-${props.tone ?? 'good'}${isList ? ' hidden' : ''}`}
        role="img"
        aria-label={label}
      >
        <defs>
          {['arrow', 'arrow-taken'].map((id) => (
            <marker
              id={id}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 .5 8 4 0 7.5z" />
            </marker>
          ))}
        </defs>
        <g ref={group}>
          <DrawnChart {...props} folded={folded} onFold={fold} />
        </g>
      </svg>
      <div class={isList ? 'chart-list' : 'sr-only'}>
        <ChartList {...props} folded={folded} onFold={isList ? fold : undefined} />
      </div>
      <div class="chart-tools" role="group" aria-label="Chart">
        {isList ? null : (
          <>
            <Button kind="quiet" icon="plus" title="Enlarge" onClick={() => zoom(1.25)} />
            <Button kind="quiet" icon="minus" title="Make smaller" onClick={() => zoom(0.8)} />
            <Button kind="quiet" icon="fit" title="Show all of it" onClick={fit} />
          </>
        )}
        <Button
          kind="quiet"
          icon={isList ? 'chart' : 'list'}
          title={isList ? 'Show as a drawing' : 'Show as a list'}
          onClick={() => setList(!isList)}
        />
      </div>
    </div>
  )
}

/** Of the innermost states that are lit. */
function middleOf({ states }: PlacedChart, lit: ReadonlySet<string>): Focus | undefined {
  const leaves = states.filter(({ state }) => lit.has(state.id) && !state.children.some(({ id }) => lit.has(id)))
  if (leaves.length === 0) return undefined
  const sum = (of: (one: (typeof leaves)[number]) => number): number =>
    leaves.reduce((all, one) => all + of(one), 0) / leaves.length
  return { x: sum(({ x, width }) => x + width / 2), y: sum(({ y, height }) => y + height / 2) }
}

function toggled(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(before)
  if (!next.delete(id)) next.add(id)
  return next
}
