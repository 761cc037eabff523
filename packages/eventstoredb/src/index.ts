/** `@refold/eventstoredb`: EventStoreDB as the store of Refold, for more than one machine. */
export { eventStoreDBStore } from './event-store-db-store.js'
export type { EventStoreDBOptions } from './options.js'
