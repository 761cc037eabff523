/** A real server: the one that `REFOLD_ESDB_URL` names, else one that is started here when the command is installed. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COMMAND = 'eventstored'
const START_WITHIN_MS = 60_000

export interface RealServer {
  readonly connectionString: string
  readonly stop: () => Promise<void>
}

/** Why the tests on a real server cannot run here; `undefined`: they can. */
export function whyNoServer(): string | undefined {
  if (process.env['REFOLD_ESDB_URL'] !== undefined) return undefined
  return whyNoCommand()
}

/** Why no server can be started, killed and started again here. */
export function whyNoCommand(): string | undefined {
  if (spawnSync('which', [COMMAND]).status === 0) return undefined
  return `no EventStoreDB: set REFOLD_ESDB_URL, or put the command ${COMMAND} on the PATH`
}

export async function startServer(): Promise<RealServer> {
  const given = process.env['REFOLD_ESDB_URL']
  if (given !== undefined) return { connectionString: given, stop: async () => {} }
  return startOwnServer()
}

/** One of this test's own, also when another is named. Only where `whyNoCommand` gives no reason. */
export async function startOwnServer(): Promise<StartedServer> {
  return new StartedServer(mkdtempSync(join(tmpdir(), 'refold-esdb-')), await freePort()).start()
}

/** A server of the tests' own: it can be killed, and started again on what it had stored. */
export class StartedServer implements RealServer {
  readonly port: number
  readonly connectionString: string
  readonly #directory: string
  #process: ChildProcess | undefined

  constructor(directory: string, port: number) {
    this.#directory = directory
    this.port = port
    this.connectionString = `esdb://127.0.0.1:${port}?tls=false`
  }

  async start(): Promise<this> {
    const { port } = this
    const directories = ['--db', join(this.#directory, 'db'), '--log', join(this.#directory, 'log')]
    const quiet = ['--run-projections', 'None', '--stats-period-sec', '3600', '--disable-log-file']
    const options = ['--insecure', '--node-port', String(port), ...directories, ...quiet]
    this.#process = spawn(COMMAND, options, { stdio: 'ignore' })
    const exited = once(this.#process, 'exit').then(() => Promise.reject(new Error(`${COMMAND} ended at its start`)))
    await Promise.race([isHealthy(port), exited])
    exited.catch(() => {})
    return this
  }

  async kill(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (running === undefined || running.exitCode !== null) return
    const exited = once(running, 'exit')
    running.kill('SIGKILL')
    await exited
  }

  readonly stop = async (): Promise<void> => {
    await this.kill()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function isHealthy(port: number): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined)
    if (response?.ok === true) return
    if (performance.now() > deadline) throw new Error(`${COMMAND} did not get ready`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
