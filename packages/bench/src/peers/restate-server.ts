/** Restate's server, from its binary package, on ports that were free. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../esdb-process.js'
import type { PeerServer } from './adapter.js'

const PACKAGE = `../../peers/node_modules/@restatedev/restate-server-${process.platform}-${process.arch}`
const BINARY = fileURLToPath(new URL(`${PACKAGE}/bin/restate-server`, import.meta.url))
/** Of 24 by default: with one log each they share few flushes on a small machine. */
const PARTITIONS = '2'
const START_WITHIN_MS = 60_000

export async function serveRestate(directory: string): Promise<PeerServer> {
  const [ingressPort, adminPort, nodePort, servicePort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const log = openSync(join(directory, 'restate.log'), 'a')
  const flags = {
    'base-dir': join(directory, 'restate'),
    'node-name': 'bench',
    'cluster-name': 'bench',
    'listen-mode': 'tcp',
    'bind-ip': '127.0.0.1',
    'bind-port': String(nodePort),
    'log-filter': 'error',
    'default-num-partitions': PARTITIONS,
  }
  const args = ['--no-logo', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])]
  const server = spawn(BINARY, args, { env: environment({ ingressPort, adminPort }), stdio: ['ignore', log, log] })
  const kill = (): void => void server.kill('SIGKILL')
  process.once('exit', kill)
  await once(server, 'spawn')
  const ended = once(server, 'exit')
  await answers([`http://127.0.0.1:${adminPort}/health`, `http://127.0.0.1:${ingressPort}/restate/health`])
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill)
    kill()
    await ended
  }
  return { given: { ingressPort, adminPort, servicePort }, stop }
}

function environment({ ingressPort, adminPort }: { readonly ingressPort: number; readonly adminPort: number }) {
  return {
    ...process.env,
    DO_NOT_TRACK: '1',
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_INGRESS__BIND_PORT: String(ingressPort),
    RESTATE_ADMIN__BIND_PORT: String(adminPort),
    RESTATE_ADMIN__DISABLE_WEB_UI: 'true',
  }
}

async function answers(urls: readonly string[]): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS
  for (const url of urls)
    while ((await fetch(url).catch(() => undefined))?.ok !== true) {
      if (performance.now() > deadline) throw new Error(`no server answers at ${url}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
}
