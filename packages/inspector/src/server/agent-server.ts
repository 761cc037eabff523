/** What a server over agents is made of: their answers, their charts, and what they do from now on. */
import type { Answers } from '../answers/answers.js'
import { agentRoutes } from './agent-routes.js'
import { chartRoutes } from './chart-routes.js'
import { LayoutThread } from './layout-thread.js'
import { Live } from './live.js'
import type { WatchedFleet } from './live.js'
import type { Served, Streamed } from './served.js'

/** For `serve`, beside what others serve. */
export interface AgentServer {
  readonly routes: readonly Served[]
  readonly streams: readonly Streamed[]
  /** When the server has closed. */
  close(): void
}

/** Nothing is read, and no thread is begun, before someone asks. */
export function agentServer(answers: Answers, fleet?: WatchedFleet): AgentServer {
  const thread = new LayoutThread()
  return {
    routes: [...agentRoutes(answers), ...chartRoutes(answers.agents, (graph) => thread.layOut(graph))],
    streams: [new Live({ agents: answers.agents, fleet })],
    close: () => thread.close(),
  }
}
