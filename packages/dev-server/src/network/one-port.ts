/** One port for gRPC and HTTP/1.1, with TLS or without: the first bytes, or ALPN, tell which it is. */
import type { Server as HttpServer } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { RefoldError } from '@refold/core/store'

/** The contents of the files that make the server speak TLS. */
export interface TlsFiles {
  /** PEM: the certificate and those that vouch for it. */
  readonly cert: string | Buffer
  /** PEM. */
  readonly key: string | Buffer
}

export interface OnePortOptions {
  readonly http: HttpServer
  /** Takes the connections that speak HTTP/2. */
  readonly onHttp2: (socket: Socket) => void
  readonly tls?: TlsFiles | undefined
}

/** How HTTP/2 begins where it was not agreed on: `PRI * HTTP/2.0`. */
const HTTP2_PREFACE = Buffer.from('PRI ')
/** A connection that says nothing for so long is closed. */
const SILENCE_MS = 10_000

/** Not listening yet. Throws `INVALID_INPUT` for a certificate or key that cannot be used. */
export function onePort({ http, onHttp2, tls }: OnePortOptions): Server {
  const accept = (socket: Socket, isHttp2: boolean | undefined): void => {
    socket.on('error', () => socket.destroy())
    if (isHttp2 === undefined) return sniff(socket, (found) => accept(socket, found))
    if (isHttp2) onHttp2(socket)
    else http.emit('connection', socket)
  }
  if (tls === undefined) return createTcpServer({ noDelay: true }, (socket) => accept(socket, undefined))
  try {
    return createTlsServer({ ...tls, ALPNProtocols: ['h2', 'http/1.1'], noDelay: true } as never, (socket) =>
      accept(socket, socket.alpnProtocol === 'h2'),
    )
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', `the certificate or its key cannot be used: ${String(cause)}`, {
      hint: 'Both are PEM files, and the key is the one that the certificate was made for.',
      cause,
    })
  }
}

/** Resolves with the port. Rejects with `ADDRESS_IN_USE`, or `INVALID_INPUT` for an address that cannot be listened on. */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, { host, port })))
    server.listen({ host, port }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function sniff(socket: Socket, found: (isHttp2: boolean) => void): void {
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  let head = Buffer.alloc(0)
  const look = (): void => {
    const bytes = socket.read() as Buffer | null
    if (bytes === null) return void socket.destroy()
    head = Buffer.concat([head, bytes])
    const start = head.subarray(0, HTTP2_PREFACE.length)
    const isHttp2 = start.equals(HTTP2_PREFACE.subarray(0, start.length))
    if (isHttp2 && start.length < HTTP2_PREFACE.length) return // it may still become either
    socket.off('readable', look)
    socket.setTimeout(0)
    socket.removeAllListeners('timeout')
    socket.unshift(head)
    found(isHttp2)
  }
  socket.on('readable', look)
}

function cannotListen(
  error: NodeJS.ErrnoException,
  { host, port }: { readonly host: string; readonly port: number },
): RefoldError {
  const options = { cause: error, facts: { host, port, code: error.code } }
  if (error.code === 'EADDRINUSE') {
    const hint = 'Another server listens there: stop it, or choose another port with --port.'
    return new RefoldError('ADDRESS_IN_USE', `port ${port} of ${host} is in use`, { ...options, hint })
  }
  const hint = 'Choose an address of this machine, and a port that this user may listen on.'
  return new RefoldError('INVALID_INPUT', `cannot listen on ${host}:${port}: ${error.message}`, { ...options, hint })
}
