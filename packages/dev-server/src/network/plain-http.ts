/** What is asked over plain HTTP/1.1: whether the server lives, and what it is. */
import { createServer, type Server } from 'node:http'
import { SERVER_VERSION } from '../services/server-features.js'

export interface ServerInfo {
  readonly isAuthenticated: boolean
  readonly hasProjections: boolean
}

/** Not listening: connections are handed to it. */
export function plainHttpServer({ isAuthenticated, hasProjections }: ServerInfo): Server {
  const info = {
    esVersion: SERVER_VERSION,
    dbVersion: SERVER_VERSION,
    state: 'leader',
    features: { projections: hasProjections, userManagement: false, atomPub: false },
    authentication: { type: isAuthenticated ? 'basic' : 'insecure', properties: {} },
    server: 'refold-dev-server',
  }
  return createServer((request, response) => {
    const json = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    switch (request.url?.split('?')[0]) {
      case '/health/live':
        return void response.writeHead(204).end()
      case '/ping':
        return json({ text: 'Ping request successfully handled', msgTypeId: 5 })
      case '/info':
        return json(info)
      default:
        return void response
          .writeHead(404, { 'content-type': 'text/plain' })
          .end('refold-dev-server: /health/live, /info and /ping; the rest is gRPC, esdb://\n')
    }
  })
}
