/** The server, put together from its parts. */
import type { Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { Server, ServerCredentials, type ChannelOptions } from '@grpc/grpc-js'
import type { OptionRule, Store } from '@refold/core/store'
import { checkedOptions, fromGiven, memoryStore, optionRule, RefoldError } from '@refold/core/store'
import { sqliteStore } from '@refold/sqlite'
import { complaints } from './complaints.js'
import { EventLog } from './log/event-log.js'
import { runSystemProjections } from './log/system-projections.js'
import { BASIC_ACCESS, OPEN_ACCESS } from './network/access.js'
import { answersAhead } from './network/answers-ahead.js'
import { listen, onePort, type TlsFiles } from './network/one-port.js'
import { OpenConnections } from './network/open-connections.js'
import { plainHttpServer } from './network/plain-http.js'
import { Groups } from './persistent/groups.js'
import { addServices } from './services/add-services.js'

/** Where the server listens, what keeps its events, and who may call it. All of it has a default. */
export interface DevServerOptions {
  /** Default: 2113; 0 takes a free one. */
  readonly port?: number
  /** Default: `127.0.0.1`, so that no one else reaches it. */
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

/** A server that takes calls. `close` it: it holds a port and, with a file, the file. */
export interface DevServer {
  readonly port: number
  /** What a client connects with. */
  readonly connectionString: string
  /** Ends all calls, stores what was asked before, and frees the port and the file. */
  close(): Promise<void>
}

/** The register that names the server which works on the file. */
const HOLDER = 'dev-server'
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** An event of bytes that JSON writes with six characters each. */
const MAX_STORED_BYTES = 8 * MAX_MESSAGE_BYTES
/** How long an append waits for a file that another process has locked. */
const BUSY_TIMEOUT_MS = 10_000

/** How long calls may take to end when the server stops. */
const LONGEST_END_MS = 1_000

const GRPC_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': -1,
  'grpc.http2.min_ping_interval_without_data_ms': 1_000,
}

const { port: aPort, text, object, flag, count } = optionRule
const OPTIONS: { readonly [K in keyof DevServerOptions]-?: OptionRule } = {
  port: aPort,
  host: text,
  file: text,
  tls: object,
  auth: flag,
  advertisedHost: text,
  projections: flag,
  maxAppendBytes: count,
}

/**
 * Starts a server for development and tests, not for production. Rejects with `ADDRESS_IN_USE`; `INVALID_INPUT` for
 * options that make no sense or a certificate that cannot be used; `STORE_FATAL` or `NEWER_FORMAT` for a file that cannot.
 */
export async function startDevServer(given: DevServerOptions = {}): Promise<DevServer> {
  const options = checkedOptions(
    fromGiven('startDevServer', () => ({ ...given })),
    OPTIONS,
  )
  const {
    host = '127.0.0.1',
    port = 2113,
    tls,
    auth = false,
    projections = true,
    maxAppendBytes = 1024 * 1024,
  } = options
  if (auth && tls === undefined) {
    throw new RefoldError('INVALID_INPUT', 'users are asked for only over TLS', {
      hint: 'Give a certificate too: clients send no password without TLS.',
    })
  }
  const store = await openStore(options.file)
  try {
    return await serve(store, { ...options, host, port, auth, projections, maxAppendBytes })
  } catch (error) {
    await store.close()
    throw error
  }
}

type Resolved = Required<Pick<DevServerOptions, 'host' | 'port' | 'auth' | 'projections' | 'maxAppendBytes'>> &
  Pick<DevServerOptions, 'advertisedHost' | 'tls'>

async function serve(store: Store, options: Resolved): Promise<DevServer> {
  const { host, port, tls, auth, projections, maxAppendBytes } = options
  const onError = complaints((text) => console.error(text))
  const log = new EventLog(store, { now: () => Date.now(), onError })
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  const grpc = new Server({ ...GRPC_OPTIONS, interceptors: [answersAhead] })
  const address = { host: options.advertisedHost ?? host, port }
  const access = auth ? BASIC_ACCESS : OPEN_ACCESS
  const groups = new Groups(log, { onError })
  await groups.start()
  addServices(grpc, { log, access, groups, maxAppendBytes, stopping: stop.signal, advertised: () => address })
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure())
  const connections = new OpenConnections()
  const http = plainHttpServer({ isAuthenticated: auth, hasProjections: projections })
  const onHttp2 = (socket: Socket): void => (connections.add(socket), injector.injectConnection(socket))
  const server = onePort({ http, tls, onHttp2 })
  address.port = await listen(server, { host, port }).catch((error: unknown) => stopped(groups, error))
  const background = [log.followOthers(stop).catch(onError)]
  if (projections) background.push(runSystemProjections(log, { signal: stop.signal, onError }))
  const close = async (): Promise<void> => {
    stop.abort()
    const stopped = groups.stop()
    log.signals.close()
    server.close()
    injector.drain(LONGEST_END_MS)
    await connections.closed({ withinMs: LONGEST_END_MS })
    grpc.forceShutdown()
    http.closeAllConnections()
    await Promise.all([stopped, ...background])
    await store.registers.remove(HOLDER).catch(() => {}) // a lock that is free says the same
    await store.close()
  }
  let closing: Promise<void> | undefined
  return {
    port: address.port,
    connectionString: connectionString(address, options),
    close: () => (closing ??= close()),
  }
}

/** Groups read on by themselves: where the server cannot listen they would ask a store that is closed. */
async function stopped(groups: Groups, error: unknown): Promise<never> {
  await groups.stop()
  throw error
}

function connectionString({ host, port }: { host: string; port: number }, { auth, tls }: Resolved): string {
  return `esdb://${auth ? 'admin:changeit@' : ''}${host}:${port}?tls=${tls !== undefined}`
}

/** Throws what is wrong with the file, before anyone connects. */
async function openStore(file: string | undefined): Promise<Store> {
  if (file === undefined) return memoryStore()
  const store = sqliteStore(file, {
    maxAppendBytes: MAX_STORED_BYTES,
    busyTimeoutMs: BUSY_TIMEOUT_MS,
    sync: 'background',
  })
  try {
    for await (const _ of store.readAll({ limit: 1 })) break
    await takeFile(store, file)
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

/** Two servers on one file would write each link twice. The lock is free when its process has ended, however it did. */
async function takeFile(store: Store, file: string): Promise<void> {
  const { presence, registers } = store
  if (presence === undefined) return
  const holder = await registers.get(HOLDER)
  if (typeof holder === 'string' && !(await presence.provenDead(holder)))
    throw new RefoldError('ADDRESS_IN_USE', `another dev-server works on ${file}`, {
      hint: 'Stop it, or give this one a file of its own.',
    })
  const me = `dev-server-${randomUUID()}`
  await presence.announce(me) // until the process ends, or the store is closed
  await registers.put(HOLDER, me)
}
