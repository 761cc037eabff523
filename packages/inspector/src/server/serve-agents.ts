/** The server over the agents of a source: their answers, their charts, and what they do from now on. */
import { Answers } from '../answers/answers.js'
import type { AnswerSource } from '../answers/opened-agents.js'
import { agentRoutes } from './agent-routes.js'
import { chartRoutes } from './chart-routes.js'
import { LayoutThread } from './layout-thread.js'
import { Live } from './live.js'
import type { FleetWatch } from './live.js'
import { serve } from './serve.js'
import type { InspectorServer, ServeOptions } from './serve.js'
import type { Served } from './served.js'

/** Of `serveAgents`. */
export interface ServeAgentsOptions extends Omit<ServeOptions, 'routes' | 'streams'> {
  readonly source: AnswerSource
  /** Others: of the fleet, of orders. */
  readonly routes?: readonly Served[]
  /** What the pages are told of the fleet. */
  readonly fleet?: FleetWatch
}

/** Rejects as `serve` does. Closing it closes no store. */
export async function serveAgents({
  source,
  routes = [],
  fleet,
  ...options
}: ServeAgentsOptions): Promise<InspectorServer> {
  const answers = new Answers(source)
  const thread = new LayoutThread()
  const server = await serve({
    ...options,
    routes: [...agentRoutes(answers), ...chartRoutes(answers.agents, (graph) => thread.layOut(graph)), ...routes],
    streams: [new Live({ agents: answers.agents, fleet })],
  })
  const close = async (): Promise<void> => {
    thread.close()
    await server.close()
  }
  return { ...server, close }
}
