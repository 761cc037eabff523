/** `@refold/inspector`: the life of agents in a browser. */
export { createInspector } from './create-inspector.js'
export type { Inspector, InspectorOptions } from './create-inspector.js'
export type { Inspectable } from './inspected.js'
export type { Certificate } from './server/serve.js'
