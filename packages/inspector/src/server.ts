/** The inspector's server, for `createInspector`. */
export { agentRoutes } from './server/agent-routes.js'
export { serve } from './server/serve.js'
export type { Certificate, InspectorServer, ServeOptions } from './server/serve.js'
export type { Asked, Served, Streamed } from './server/served.js'
export { TextAnswer } from './server/served.js'
