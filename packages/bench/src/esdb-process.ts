/** A server that speaks EventStoreDB's protocol, as a process of its own on a free port. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `linked`: with the system projections. */
export type ServerKind = 'dev' | 'dev-linked' | 'real' | 'real-linked'

export interface ServerProcess {
  readonly connectionString: string
  readonly kill: () => void
  readonly residentMegabytes: () => number
}

const REAL = 'eventstored'
const START_WITHIN_MS = 60_000

/** Whether the real server can be measured. */
export function hasRealServer(): boolean {
  return spawnSync('which', [REAL]).status === 0
}

/** Resolves when it answers. It dies with this process. */
export async function startServerProcess(
  kind: ServerKind,
  { directory }: { readonly directory: string },
): Promise<ServerProcess> {
  const [port, replicationPort] = [await freePort(), await freePort()]
  const [command, args] = kind.startsWith('dev')
    ? [process.execPath, devServerArguments(kind, { directory, port })]
    : [REAL, realArguments(kind, { directory, port, replicationPort })]
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  await isLive(port)
  const residentMegabytes = (): number =>
    Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024
  return { connectionString: `esdb://127.0.0.1:${port}?tls=false`, kill, residentMegabytes }
}

interface Place {
  readonly directory: string
  readonly port: number
}

function devServerArguments(kind: ServerKind, { directory, port }: Place): readonly string[] {
  const main = fileURLToPath(new URL('main.js', import.meta.resolve('@refold/dev-server')))
  const options = ['--port', String(port), '--db', join(directory, 'events.db')]
  return [main, ...options, ...(kind === 'dev' ? ['--no-projections'] : [])]
}

function realArguments(
  kind: ServerKind,
  { directory, port, replicationPort }: Place & { readonly replicationPort: number },
): readonly string[] {
  return [
    ['--insecure', '--disable-log-file', '--stats-period-sec', '3600'],
    ['--node-port', String(port), '--replication-port', String(replicationPort)],
    ['--db', join(directory, 'db'), '--log', join(directory, 'log')],
    kind === 'real' ? ['--run-projections', 'None'] : ['--run-projections', 'System', '--start-standard-projections'],
  ].flat()
}

/** One that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function isLive(port: number): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined)
    if (response?.ok === true) return
    if (performance.now() > deadline) throw new Error(`no server answers on port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
