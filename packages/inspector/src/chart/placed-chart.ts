/** Where everything of a chart stands: its states as boxes in boxes, its transitions as lines with a label. */
import type { ChartEdge, ChartState } from './chart-model.js'

/** In pixels of the drawing, from its upper left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** From its upper left corner on. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** A state's box. `rows`: what stands below its name. */
export interface PlacedState extends Box {
  readonly state: ChartState
  readonly rows: readonly string[]
  /** One of several that are active at once. */
  readonly isRegion: boolean
}

/** A transition's way, and the lines of its label. Without an edge: to the initial state. */
export interface PlacedEdge {
  readonly edge: ChartEdge | undefined
  readonly points: readonly Point[]
  readonly label: (Box & { readonly lines: readonly string[] }) | undefined
}

/** In pixels, from the left and from above. States stand before those in them. */
export interface PlacedChart {
  readonly width: number
  readonly height: number
  readonly states: readonly PlacedState[]
  /** Where each initial state is entered from. */
  readonly starts: readonly Point[]
  readonly edges: readonly PlacedEdge[]
}
