/** `@refold/cli`: what a configuration is made with, and the choice of a store. The command itself is `refold`. */
export { defineConfig } from './config/define-config.js'
export type { RefoldConfig } from './config/define-config.js'
export { storeFrom } from './config/store-from.js'
