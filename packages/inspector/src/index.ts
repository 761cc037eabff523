/** `@refold/inspector`: an agent's life in a browser. */
export type { AgentHead } from './contract/agent.js'
