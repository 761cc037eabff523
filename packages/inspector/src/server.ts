/** The inspector's server, for `createInspector`. */
export { serveAgents } from './server/serve-agents.js'
export type { ServeAgentsOptions } from './server/serve-agents.js'
export type { FleetWatch } from './server/live.js'
export type { Certificate, InspectorServer } from './server/serve.js'
export type { Asked, Served } from './server/served.js'
