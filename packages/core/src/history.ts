/**
 * `@refold/core/history`: what an agent did and what it was, of a store or of an exported file. For command lines, inspectors
 * and browsers: it needs neither the agent's code nor a runtime, and writes nothing. No XState, no RxJS, no Node built-in.
 */

// errors: recognised by their code
export { isRefoldError, RefoldError } from './errors.js'
export type { RefoldErrorCode, RefoldErrorOptions } from './errors.js'

// one agent's history
export { openHistory } from './history/open-history.js'
export type { AgentHistory, ForkedFrom, LifeOutline, RecordRange } from './history/open-history.js'
export type {
  HideSecretsOptions,
  HistoryMoment,
  HistoryOptions,
  HistorySource,
  HistoryTrouble,
} from './history/history-types.js'

// one state of it, without the rest
export { readState } from './history/read-state.js'
export type { ReadStateOptions } from './history/read-state.js'

// files: what a store holds of some agents, to be opened where there is no store
export { exportStreams } from './history/export-streams.js'
export type { ExportOptions } from './history/export-streams.js'
export { openExport } from './history/open-export.js'
export type { ExportedStream, ExportedStreams } from './history/open-export.js'

// its newest records, without the rest
export { recentRecords } from './history/recent-records.js'
export type { RecentRecordsOptions } from './history/recent-records.js'

// its records
export type { RecordOutline } from './history/outline.js'

export type {
  HistoryEvent,
  HistoryRecord,
  HistoryRecordKinds,
  HistoryRefusal,
  RecordCommon,
} from './history/history-record.js'

// what a state says by itself
export { activeStates } from './record/active-states.js'
export { conditionOf } from './decide/summary.js'
export type { PatchOperation } from './json/json-value.js'

// places of a state: what stands there, which records wrote to it; a name that one may have meant
export { fieldAt, touches } from './history/places.js'
export { nearestName } from './world/nearest-name.js'

// the chart of its definition: what it takes where it stands
export { chartStates, readChart, takenEvents } from './history/read-chart.js'
export type { TakenEvent } from './history/read-chart.js'

// what it was at a point, and a place that moves
export type {
  HistoryPoint,
  HistoryState,
  PointChild,
  PointEffect,
  PointMessage,
  PointTimer,
  PointWaiting,
} from './history/history-point.js'
export type { OwnerChange } from './history/outline.js'
export type { HistoryCursor } from './history/cursor.js'
export type { FindFlipsOptions, HistoryFlip, StatePredicate } from './history/find-flips.js'

// what bodies told that they used, in the payloads of records
export { addUsage, usageIn } from './record/usage.js'
export type { Usage } from './record/usage.js'

// who set a field, and why it came there
export type { Blame, BlameHow, BlameStep } from './history/blame.js'
export type { Cause, CauseHow, ChainRecord, ExplainOptions, Explanation, OutsideKind } from './history/explain.js'

// the chart that decided it, to draw it and to name the edges of its records
