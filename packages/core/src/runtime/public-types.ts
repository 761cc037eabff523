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
} from './public-state.js'
export type { Approval, ApprovalRequest } from './public-approval.js'
export type { AgentEvent, Recorded } from './public-events.js'
export type {
  Agent,
  AgentOf,
  AnyAgent,
  CancelOptions,
  ControlOptions,
  Decision,
  LegalEvent,
  Moment,
  SendOptions,
  StateOf,
  WaitOptions,
} from './public-agent.js'
export type { FindQuery, OrderAnswer, OrderFailure, Order, StandingOrder } from './public-orders.js'
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
} from './public-plan.js'
export type {
  CreateRuntime,
  Load,
  MigrateOptions,
  Recovered,
  Report,
  Runtime,
  RuntimeOptions,
  StartOptions,
  WorkerOptions,
} from './public-runtime.js'
export type { CreateWorkerOptions, Drained, DrainOptions, Worker } from './public-worker.js'
export type { TakenOver } from './taken-over.js'
export type { ClaimReason } from '../decide/inputs.js'
export type { Progress } from './runner-host.js'
