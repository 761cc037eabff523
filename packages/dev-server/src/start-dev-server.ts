/** The server, put together from its parts. */
import { Server, ServerCredentials, type ChannelOptions } from '@grpc/grpc-js'
import type { Store } from '@refold/core'
import { memoryStore, RefoldError } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { EventLog } from './log/event-log.js'
import { BASIC_ACCESS, OPEN_ACCESS } from './network/access.js'
import { listen, onePort, type TlsFiles } from './network/one-port.js'
import { plainHttpServer } from './network/plain-http.js'
import { addServices } from './services/add-services.js'

export interface DevServerOptions {
  /** Default: 2113; 0 takes a free one. */
  readonly port?: number
  /** Default: `127.0.0.1`, so that nobody else reaches it. */
  readonly host?: string
  /** The file that keeps the events. Without one they are in memory, and gone at the end. */
  readonly file?: string
  readonly tls?: TlsFiles
  /** Asks for a user: `admin` or `ops`, password `changeit`. Only with `tls`: clients send no password without. */
  readonly auth?: boolean
  /** The host that clients are told to connect to; must be one that the certificate names. Default: `host`. */
  readonly advertisedHost?: string
  /** Whether `$ce-<category>` and `$et-<type>` are written, as by the real server's system projections. Default: true. */
  readonly projections?: boolean
  /** Default: 1 MiB, as the real server's. */
  readonly maxAppendBytes?: number
}

export interface DevServer {
  readonly port: number
  /** What a client connects with. */
  readonly connectionString: string
  /** Ends all calls, stores what was asked before, and frees the port and the file. */
  close(): Promise<void>
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** An event of bytes that JSON writes with six characters each. */
const MAX_STORED_BYTES = 8 * MAX_MESSAGE_BYTES
/** How long an append waits for a file that another process has locked. */
const BUSY_TIMEOUT_MS = 10_000

const GRPC_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': -1,
  'grpc.http2.min_ping_interval_without_data_ms': 1_000,
}

/**
 * Starts a server for development and tests, not for production. Rejects with `ADDRESS_IN_USE`; `INVALID_INPUT` for
 * options that make no sense or a certificate that cannot be used; `STORE_FATAL` or `NEWER_FORMAT` for a file that cannot.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const { host = '127.0.0.1', port = 2113, tls, auth = false, maxAppendBytes = 1024 * 1024 } = options
  if (auth && tls === undefined) {
    throw new RefoldError('INVALID_INPUT', 'users are asked for only over TLS', {
      hint: 'Give a certificate too: clients send no password without TLS.',
    })
  }
  const store = await openStore(options.file)
  const log = new EventLog(store, { now: () => Date.now() })
  const stopping = new AbortController()
  const grpc = new Server(GRPC_OPTIONS)
  const advertised = { host: options.advertisedHost ?? host, port }
  addServices(grpc, { log, access: auth ? BASIC_ACCESS : OPEN_ACCESS, maxAppendBytes, advertised: () => advertised })
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure())
  const http = plainHttpServer({ isAuthenticated: auth, hasProjections: true })
  const server = onePort({ http, tls, onHttp2: (socket) => injector.injectConnection(socket) })
  advertised.port = await listen(server, { host, port })
  const following = log.followOthers({ signal: stopping.signal })
  return {
    port: advertised.port,
    connectionString: `esdb://${auth ? 'admin:changeit@' : ''}${advertised.host}:${advertised.port}?tls=${tls !== undefined}`,
    close: async () => {
      stopping.abort()
      log.signals.close()
      server.close()
      grpc.forceShutdown()
      http.closeAllConnections()
      await following
      await store.close()
    },
  }
}

/** Throws what is wrong with the file, before anybody connects. */
async function openStore(file: string | undefined): Promise<Store> {
  if (file === undefined) return memoryStore()
  const store = sqliteStore(file, { maxAppendBytes: MAX_STORED_BYTES, busyTimeoutMs: BUSY_TIMEOUT_MS })
  for await (const _ of store.readAll({ limit: 1 })) break
  return store
}
