/** `@refold/inspector/chart`: a stored chart as a picture. elkjs, which lays it out, is loaded when something is laid out. */
export { chartFrom, litBy, rowsOf, statesOf } from './chart/chart-model.js'
export type { Chart, ChartEdge, ChartState, StateType, ToldEdge } from './chart/chart-model.js'
export { placeChart } from './chart/layout.js'
export type { Box, PlacedChart, PlacedEdge, PlacedState, Point } from './chart/layout.js'
export { toMermaid } from './chart/mermaid.js'
export { toSvg } from './chart/svg.js'
export type { SvgOptions } from './chart/svg.js'
