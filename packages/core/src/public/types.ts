/** The types of a running agent as callers see them, by name. */
export type {
  AgentFault,
  AgentState,
  AnyAgentState,
  DoneState,
  DoubtReason,
  InDoubtEffect,
  PendingEffect,
  PendingEffectOf,
} from './state.js'
export type { Approval, ApprovalRequest } from './approval.js'
export type { AgentEvent, Recorded } from './events.js'
export type {
  Agent,
  AgentOf,
  AnyAgent,
  CancelOptions,
  ControlOptions,
  Resolution,
  LegalEvent,
  Moment,
  SendOptions,
  StateOf,
  WaitOptions,
} from './agent.js'
export type { FindQuery, BulkResult, BulkFailure, HoldRequest, Hold } from './holds.js'
export type {
  PlannedAgent,
  PlannedBlock,
  PlannedDoubt,
  PlannedEffect,
  PlannedOwned,
  PlannedPause,
  PlannedResumption,
  PlannedTimer,
  PlannedTrouble,
  RecoveryPlan,
} from './plan.js'
export type {
  CreateRuntime,
  Load,
  LoadWaiting,
  MigrateOptions,
  Recovered,
  Runtime,
  RuntimeOptions,
  StartOptions,
  WorkerOptions,
} from './runtime.js'
export type { CreateWorkerOptions, Drained, DrainOptions, Worker } from './worker.js'
export type { Report } from './report.js'
export type {
  AgentEventHere,
  AgentRecorded,
  EffectEvent,
  Notice,
  RecoveryStep,
  RuntimeEvent,
  RuntimeObserver,
  WorkerEvent,
} from './runtime-event.js'
export type { TakenOver } from './taken-over.js'
export type { ClaimReason } from '../decide/inputs.js'
export type { Progress } from './progress.js'
