/** `@refold/testing`: tests for agents and for stores. */

// an agent's own crash test
export { checkRecovery } from './check-recovery/check-recovery.js'
export { CheckFindingsError, RecoveryDiffersError, RunBlockedError } from './check-recovery/recovery-errors.js'
export type { RecoveryOptions } from './check-recovery/recovery-options.js'
export type { RecoveryReport, ThrownFinding } from './check-recovery/recovery-report.js'
export type { CrashPoint, StubEffects } from './check-recovery/checked-bodies.js'
export type { OutsideEvent, Scenario, ScriptLine } from './check-recovery/scenario.js'

// the contract of the store port
export { storeContract, storeContractCases } from './store-contract/store-contract.js'
export type { StoreContractOptions } from './store-contract/store-contract.js'
export { storeDifferential } from './store-differential/store-differential.js'
export type { StoreDifferentialOptions } from './store-differential/store-differential.js'

// several processes in virtual time
export { Simulation } from './simulation/simulation.js'
export type { SimulationOptions } from './simulation/simulation.js'
export type { Happening } from './simulation/story.js'
export { ProcessDiedError, SimulatedProcess } from './simulation/simulated-process.js'
export type { LogLine, ProcessOptions } from './simulation/simulated-process.js'
export type { ProcessEffects, SimulatedBody, SimulatedBodyArgs } from './simulation/process-effects.js'
export { FAIR_WEATHER, STILL_WEATHER, STORM } from './simulation/faults.js'
export type { Fault, FaultRule, StoreOperation, Weather } from './simulation/faults.js'
export type { Backing, BackingFactory } from './simulation/simulated-disk.js'
export { StuckError } from './simulation/virtual-time.js'
export type { StuckReason } from './simulation/virtual-time.js'

// what must hold after any run
export { BrokenInvariantError, checkInvariants } from './simulation/invariants.js'
export type { InvariantOptions, SeenState, SentInput } from './simulation/invariants.js'
export type { SafetyOf } from './simulation/effect-invariants.js'
export { foldStream } from './simulation/reference-fold.js'
export type { FoldedStep } from './simulation/reference-fold.js'
