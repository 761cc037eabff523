/** `@refold/dev-server`: a server for development that speaks EventStoreDB's wire protocol. */
export { startDevServer } from './start-dev-server.js'
export type { DevServer, DevServerOptions } from './start-dev-server.js'
export type { TlsFiles } from './network/one-port.js'
