/**
 * The server of `/livez`, `/readyz` and `/metrics`.
 *
 * Invariants: an answer is made of what the supervisor knows already, so that no request reaches a worker; the text of the
 * metrics is made once for all requests of a while; nothing that a client sends is read beyond its head.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { printableLines, PROMETHEUS_TYPE, prometheusText, RefoldError } from '@refold/core'
import type { MetricFamily } from '@refold/core'
import { isLoopback, urlOf } from './health-address.js'
import type { HealthAddress } from './health-address.js'
import { readinessText } from './readiness.js'
import type { Readiness } from './readiness.js'

/** What is told. */
export interface Health {
  readonly readiness: Readiness
  readonly metrics: readonly MetricFamily[]
}

export interface HealthServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string
  close(): void
}

const MOST_CONNECTIONS = 64
const SLOWEST_MS = 5_000
const MOST_HEAD_BYTES = 8_192
const SAME_TEXT_MS = 500

/** Listens at the first of the addresses that is free. Rejects with `ADDRESS_IN_USE` or `INVALID_INPUT`. */
export async function serveHealth(health: Health, addresses: readonly HealthAddress[]): Promise<HealthServer> {
  const failures: unknown[] = []
  for (const address of addresses) {
    const server = serverOf(health, { isLocal: isLoopback(address.host) })
    try {
      const { port } = await listen(server, address)
      return { url: urlOf({ ...address, port }), close: () => closed(server) }
    } catch (error) {
      failures.push(error)
      const isLast = failures.length === addresses.length
      if (isLast || !isTaken(error)) throw cannotListen(address, error)
    }
  }
  throw new RefoldError('INVALID_INPUT', 'no address is given for health and metrics')
}

function serverOf(health: Health, access: { readonly isLocal: boolean }): Server {
  const metricsText = forAWhile(() => prometheusText(health.metrics))
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const answer = refusal(request, access) ?? answerTo(pathOf(request), { request, health, metricsText })
    send(answer, { request, response })
  }
  const server = createServer(
    {
      headersTimeout: SLOWEST_MS,
      requestTimeout: SLOWEST_MS,
      keepAliveTimeout: SLOWEST_MS,
      connectionsCheckingInterval: SLOWEST_MS / 5,
      maxHeaderSize: MOST_HEAD_BYTES,
    },
    handle,
  )
  server.on('checkContinue', handle) // a body that no one reads need not be sent
  server.timeout = SLOWEST_MS
  server.maxConnections = MOST_CONNECTIONS
  return server
}

interface Answer {
  readonly status: number
  readonly type?: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

const METHODS = ['GET', 'HEAD']
const JSON_TYPE = 'application/json'

function refusal({ method = '', headers }: IncomingMessage, { isLocal }: { isLocal: boolean }): Answer | undefined {
  if (isLocal && !isOwnName(headers.host)) return { status: 403, text: 'this is the health of this machine only\n' }
  if (METHODS.includes(method)) return undefined
  return { status: 405, text: 'only GET and HEAD\n', headers: { allow: METHODS.join(', ') } }
}

/** A page of another site whose name was made to lead here says that name. */
function isOwnName(host: string | undefined): boolean {
  return host === undefined || isLoopback(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}

interface Asked {
  readonly request: IncomingMessage
  readonly health: Health
  readonly metricsText: () => string
}

function answerTo(path: string, { request, health, metricsText }: Asked): Answer {
  switch (path) {
    case '/livez':
      return { status: 200, text: 'alive\n' }
    case '/readyz': {
      const { readiness } = health
      const status = readiness.isReady ? 200 : 503
      if (request.headers.accept?.includes(JSON_TYPE) === true)
        return { status, type: JSON_TYPE, text: `${JSON.stringify(readiness)}\n` }
      return { status, text: printableLines(readinessText(readiness)) }
    }
    case '/metrics':
      return { status: 200, type: PROMETHEUS_TYPE, text: metricsText() }
    default:
      return { status: 404, text: '/livez, /readyz or /metrics\n' }
  }
}

function send(answer: Answer, { request, response }: { request: IncomingMessage; response: ServerResponse }): void {
  const { status, text, type = 'text/plain; charset=utf-8', headers } = answer
  const hasBody = request.headers['content-length'] !== undefined || 'transfer-encoding' in request.headers
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(hasBody || status >= 400 ? { connection: 'close' } : undefined),
    ...headers,
  })
  if (hasBody) response.once('finish', () => request.destroy())
  response.end(request.method === 'HEAD' ? undefined : text)
}

/** The same answer for all who ask within a while: a flood of requests makes it once. */
function forAWhile<T>(make: () => T): () => T {
  let made: { readonly at: number; readonly value: T } | undefined
  return () => {
    const now = performance.now()
    if (made === undefined || now - made.at > SAME_TEXT_MS) made = { at: now, value: make() }
    return made.value
  }
}

function listen(server: Server, { host, port }: HealthAddress): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      server.on('error', () => {}) // one connection that cannot be taken is no one's end
      resolve(server.address() as AddressInfo) // it listens on a port
    })
  })
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
}

function cannotListen(address: HealthAddress, cause: unknown): RefoldError {
  const message = `health and metrics cannot be served at ${urlOf(address)}: ${(cause as Error).message}`
  return new RefoldError(isTaken(cause) ? 'ADDRESS_IN_USE' : 'INVALID_INPUT', message, {
    cause,
    hint: 'Name another address with --health, or none with --no-health.',
  })
}

function closed(server: Server): void {
  server.close()
  server.closeAllConnections()
}
