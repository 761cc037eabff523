/** A chart, to be drawn. */
import type { PlacedChart } from '../chart/placed-chart.js'

export interface ChartView extends PlacedChart {
  /** Sources of child machines that have a chart of their own: asked for with `?machine`. */
  readonly machines: readonly string[]
}
