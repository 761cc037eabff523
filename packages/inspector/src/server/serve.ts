/**
 * The server of the inspector.
 *
 * Invariants: who does not show the cookie of this run is told nothing but the page's own files; heads, bodies, connections and
 * waiting are bounded; nothing of what is asked or answered is logged.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { RefoldError } from '@refold/core/record'
import { ROUTES } from '../contract/answer.js'
import type { Session } from '../contract/answer.js'
import { Entry } from './entry.js'
import { LOOPBACK, strangerIn } from './guard.js'
import type { Place } from './guard.js'
import { builtPageDirectory, PageFiles } from './page-files.js'
import { readBody } from './read-body.js'
import { refused } from './refusals.js'
import { refuse, respond, setHeaders } from './respond.js'
import { routed } from './routes.js'
import type { Served, Streamed } from './served.js'

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Of `serve`. */
export interface ServeOptions {
  /** Default: 127.0.0.1. Another one than this machine's needs `tls`. */
  readonly host?: string
  /** Default 0: any that is free. */
  readonly port?: number
  readonly tls?: Certificate
  /** Where the page was built to. Default: where this package has it. */
  readonly page?: string
  readonly routes: readonly Served[]
  readonly streams?: readonly Streamed[]
  /** In which a request has to come to its end; for tests. */
  readonly slowestMs?: number
  /** What the page learns first; `orderToken` is added where it can write. */
  readonly session: () => Omit<Session, 'orderToken'>
}

/** A server that listens. */
export interface InspectorServer {
  /** The address to open, with the token in its fragment. */
  readonly url: string
  readonly port: number
  /** The same for one who opens it once, within a minute. */
  urlOnce(): string
  /** Streams end, and what is asked is not answered any more. */
  close(): Promise<void>
}

const DEFAULT_HOST = '127.0.0.1'
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '*', ''])
const MOST_CONNECTIONS = 128
const MOST_HEAD_BYTES = 16_384
const SLOWEST_MS = 10_000
/** A connection on which nothing moves, in either direction. Event streams beat. */
const STILL_MS = 300_000
/** Requests of one kept connection; streams and long answers are not ended by it. */
const KEPT_MS = 5_000

/** Rejects with `INVALID_INPUT` for a host that needs a certificate and has none, and `ADDRESS_IN_USE`. */
export async function serve(options: ServeOptions): Promise<InspectorServer> {
  const { host = DEFAULT_HOST, tls } = options
  if (EVERY_ADDRESS.has(host)) throw noHost(host)
  if (tls === undefined && !isOfThisMachine(host)) throw needsTls(host)
  const entry = new Entry({ isSecure: tls !== undefined })
  const site = new Site(options, entry)
  const listener: RequestListener = (request, response) => void site.answer(request, response)
  const server = makeServer(options, listener)
  const { port } = await listen(server, { host, port: options.port ?? 0 })
  site.place = placeOf(host, { port, isSecure: tls !== undefined })
  site.port = port
  const address = (token: string): string => `${site.place.protocol}://${named(host)}:${port}/#token=${token}`
  const close = (): Promise<void> => closed(server, options.streams)
  return { url: address(entry.token), urlOnce: () => address(entry.ticket()), port, close }
}

function makeServer({ tls, slowestMs = SLOWEST_MS }: ServeOptions, listener: RequestListener): Server {
  const bounds = {
    maxHeaderSize: MOST_HEAD_BYTES,
    headersTimeout: slowestMs,
    requestTimeout: slowestMs,
    keepAliveTimeout: KEPT_MS,
    connectionsCheckingInterval: slowestMs / 10,
  }
  const server =
    tls === undefined ? createServer(bounds, listener) : createSecureServer({ ...bounds, ...tls }, listener)
  server.maxConnections = MOST_CONNECTIONS
  server.timeout = STILL_MS
  return server
}

class Site {
  readonly #options: ServeOptions
  readonly #entry: Entry
  readonly #page: PageFiles
  /** Nothing is answered before it is known. */
  place: Place = { hosts: new Set(), protocol: 'http' }
  port = 0

  constructor(options: ServeOptions, entry: Entry) {
    this.#options = options
    this.#entry = entry
    this.#page = new PageFiles(options.page ?? builtPageDirectory())
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setHeaders(response)
    response.on('error', () => {}) // the one who asked has gone
    try {
      const stranger = strangerIn(request, this.place)
      if (stranger !== undefined) throw stranger
      await this.#answerKnown(request, response)
    } catch (thrown) {
      if (!request.complete && !response.headersSent) response.setHeader('connection', 'close') // a body that no one reads
      refuse(response, thrown)
    }
  }

  async #answerKnown(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query] = split(request.url ?? '/')
    if (path === ROUTES.open) return this.#open(request, response)
    if (!path.startsWith('/api/')) return this.#sendFile(request, response, path)
    if (!this.#entry.isOpenTo(request, this.port))
      throw refused(
        401,
        'NOT_ALLOWED',
        'this needs the token of this run',
        'Open the address that was printed when it started.',
      )
    const stream = routed(this.#options.streams ?? [], path, query)[0]
    if (stream !== undefined && request.method === 'GET') return stream.route.stream(request, response, stream.params)
    if (path === ROUTES.session) return respond(response, this.#session())
    await this.#route(request, response, { path, query })
  }

  #session(): Session {
    const session = this.#options.session()
    return { ...session, ...(session.canWrite ? { orderToken: this.#entry.orderToken } : undefined) }
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query }: { readonly path: string; readonly query: string },
  ): Promise<void> {
    const found = routed(this.#options.routes, path, query)
    if (found.length === 0) throw refused(404, 'NOT_FOUND', 'there is nothing at this path')
    const asked = found.find(({ route }) => route.method === request.method)
    if (asked === undefined) {
      response.setHeader('allow', found.map(({ route }) => route.method).join(', '))
      throw refused(405, 'INVALID_INPUT', 'this path is not asked by this method')
    }
    const { route, params } = asked
    if (route.isOrder === true && !this.#entry.mayOrder(request))
      throw refused(403, 'NOT_ALLOWED', 'an order needs the token of this session', 'Load the page again.')
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const body = route.method === 'POST' ? { body: await readBody(request) } : undefined
    await respond(response, await route.answer({ params, ...body, signal: gone.signal }))
  }

  async #open(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') throw refused(405, 'INVALID_INPUT', 'this path is not asked by this method')
    const body = await readBody(request)
    const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined
    const cookie = this.#entry.cookieFor(token, this.port)
    if (cookie === undefined)
      throw refused(
        401,
        'NOT_ALLOWED',
        'that is not the token of this run',
        'Open the address that was printed when it started.',
      )
    response.setHeader('set-cookie', cookie)
    await respond(response, undefined)
  }

  async #sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw refused(405, 'INVALID_INPUT', 'this path is not asked by this method')
    const { type, bytes } = await this.#page.find(path)
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  }
}

function split(url: string): readonly [string, string] {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

function isOfThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function placeOf(host: string, { port, isSecure }: { readonly port: number; readonly isSecure: boolean }): Place {
  const hosts = [...LOOPBACK, named(host).toLowerCase()].map((name) => `${name}:${port}`)
  return { hosts: new Set(hosts), protocol: isSecure ? 'https' : 'http' }
}

function named(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function noHost(host: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `${host} is no host that a browser asks for`, {
    hint: 'Name the one that stands in the address, so that requests under other names can be refused.',
  })
}

function needsTls(host: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `the inspector is not served at ${host} without a certificate`, {
    hint: 'Everyone on the way could read what it shows. Leave the host out and reach this machine over ssh -L, or give a certificate and its key.',
  })
}

function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(at, error)))
    server.listen(at, () => {
      server.removeAllListeners('error')
      server.on('error', () => {}) // one connection that cannot be taken is no one's end
      resolve(server.address() as AddressInfo) // it listens on a port
    })
  })
}

function cannotListen({ host, port }: { readonly host: string; readonly port: number }, cause: Error): RefoldError {
  const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
  return new RefoldError(
    isTaken ? 'ADDRESS_IN_USE' : 'INVALID_INPUT',
    `the inspector cannot be served at ${named(host)}:${port}: ${cause.message}`,
    { cause, hint: 'Name another port.' },
  )
}

function closed(server: Server, streams: readonly Streamed[] = []): Promise<void> {
  for (const stream of streams) stream.close()
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
