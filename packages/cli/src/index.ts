/** `@refold/cli`: what a configuration is made with. The command itself is `refold`. */
export { defineConfig } from './config/define-config.js'
export type { RefoldConfig } from './config/define-config.js'
