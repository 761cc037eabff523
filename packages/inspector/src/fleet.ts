/** `@refold/inspector/fleet`: how many agents of a store stand where, from its directory. */
export { groupAgents } from './fleet/group-agents.js'
export type { FleetGroup } from './contract/fleet.js'
export { nameOf } from './fleet/worker-name.js'
