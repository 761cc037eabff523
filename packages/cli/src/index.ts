/** `@refold/cli`: what a configuration is made with, the choice of a store, and the supervisor of a fleet. The command itself is `refold`. */
export { defineConfig } from './config/define-config.js'
export type { RefoldConfig } from './config/define-config.js'
export { Supervisor } from './up/supervisor.js'
export type { FleetStatus, SupervisorOptions } from './up/supervisor.js'
export type { Readiness, WorkerReadiness } from './health/readiness.js'
export type { FleetEvent } from './up/fleet-events.js'
export { storeFrom } from './config/store-from.js'
