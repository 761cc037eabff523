/** A graph as elkjs takes it, and gives it back with places: the part of its shapes that is used, so that no one needs its types. */
import type { Point } from './placed-chart.js'

interface GraphElement {
  id: string
  x?: number
  y?: number
  width?: number
  height?: number
  layoutOptions?: { [option: string]: string }
}

export interface GraphNode extends GraphElement {
  children?: GraphNode[]
  edges?: GraphEdge[]
}

export interface GraphEdge extends GraphElement {
  sources: string[]
  targets: string[]
  labels?: (Omit<GraphElement, 'id'> & { text?: string })[]
  /** The node that its places are counted from. */
  container?: string
  sections?: { id: string; startPoint: Point; endPoint: Point; bendPoints?: Point[] }[]
}
