/** The real server: the one that `REFOLD_ESDB_URL` names, else one that is started here when the command is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const COMMAND = 'eventstored'
const START_WITHIN_MS = 120_000

export interface RealServer {
  readonly connectionString: string
  readonly stop: () => Promise<void>
}

/** Why there is no real server to ask; `undefined`: there is one. */
export function whyNoServer(): string | undefined {
  if (process.env['REFOLD_ESDB_URL'] !== undefined) return undefined
  if (spawnSync('which', [COMMAND]).status === 0) return undefined
  return `no EventStoreDB: set REFOLD_ESDB_URL, or put the command ${COMMAND} on the PATH`
}

/** One that runs its system projections. */
export async function realServer(): Promise<RealServer> {
  const given = process.env['REFOLD_ESDB_URL']
  if (given !== undefined) return { connectionString: given, stop: async () => {} }
  const directory = mkdtempSync(join(tmpdir(), 'refold-esdb-'))
  const [port, replicationPort] = [await freePort(), await freePort()]
  const child = spawn(COMMAND, argumentsFor({ directory, port, replicationPort }), { stdio: 'ignore' })
  const exited = once(child, 'exit')
  process.once('exit', () => child.kill('SIGKILL'))
  const failed = exited.then(() => Promise.reject(new Error(`${COMMAND} ended at its start`)))
  failed.catch(() => {})
  await Promise.race([isHealthy(port), failed])
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
  return { connectionString: `esdb://127.0.0.1:${port}?tls=false`, stop }
}

interface Places {
  readonly directory: string
  readonly port: number
  readonly replicationPort: number
}

function argumentsFor({ directory, port, replicationPort }: Places): readonly string[] {
  return [
    ['--insecure', '--run-projections', 'System', '--start-standard-projections', '--disable-log-file'],
    ['--node-port', String(port), '--replication-port', String(replicationPort), '--stats-period-sec', '3600'],
    ['--db', join(directory, 'db'), '--log', join(directory, 'log')],
  ].flat()
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
    await pause(100)
  }
}
