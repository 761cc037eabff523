/**
 * `@refold/core/history`: what an agent did and what it was, of a store or of an exported file. For command lines, inspectors
 * and browsers: it needs neither the agent's code nor a runtime, and writes nothing. No XState, no RxJS, no Node built-in.
 */

// errors: recognised by their code
export { isRefoldError, RefoldError } from './errors.js'
export type { RefoldErrorCode, RefoldErrorOptions } from './errors.js'

// one agent's history
export { openHistory } from './history/open-history.js'
export type { AgentHistory, RecordRange } from './history/open-history.js'
export type { HistoryMoment, HistoryOptions, HistorySource, HistoryTrouble } from './history/history-types.js'

// files: what a store holds of some agents, to be opened where there is no store
export { exportStreams } from './history/export-streams.js'
export { openExport } from './history/open-export.js'
export type { ExportedStream, ExportedStreams } from './history/open-export.js'

// its records
export type { RecordOutline } from './history/outline.js'
export type {
  HistoryEvent,
  HistoryRecord,
  HistoryRecordKinds,
  HistoryRefusal,
  RecordCommon,
} from './history/history-record.js'

// what it was at a point, and a place that moves
export type {
  HistoryPoint,
  PointChild,
  PointEffect,
  PointMessage,
  PointTimer,
  PointWaiting,
} from './history/history-point.js'
export type { OwnerChange } from './history/outline.js'
export type { HistoryCursor } from './history/cursor.js'
export type { FindFlipsOptions, HistoryFlip, StatePredicate } from './history/find-flips.js'

// what effects reported beside their outcomes
export { usageIn } from './metrics/usage.js'
export type { Usage } from './metrics/usage.js'

// who set a field, and why it came there
export type { Blame, BlameHow, BlameStep } from './history/blame.js'
export type { Cause, CauseHow, ChainRecord, ExplainOptions, Explanation, OutsideKind } from './history/explain.js'
