/** The dev-server as a process of its own, from `dist`, as users run it. */
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { CertificateFiles } from './certificates.fixture.js'
import { answers } from './http.fixture.js'
import { serverProcess, type ServerProcess } from './server-process.fixture.js'

const MAIN = fileURLToPath(new URL('../../dev-server/dist/main.js', import.meta.url))

export interface DevServerOptions {
  readonly directory: string
  readonly port: number
  /** With TLS, and users asked for. */
  readonly certificates?: CertificateFiles
}

export function devServer({ directory, port, certificates }: DevServerOptions): ServerProcess {
  const secured =
    certificates === undefined ? [] : ['--tls-cert', certificates.certificate, '--tls-key', certificates.key, '--auth']
  const connectionString =
    certificates === undefined
      ? `esdb://127.0.0.1:${port}?tls=false`
      : `esdb://admin:changeit@127.0.0.1:${port}?tls=true&tlsCAFile=${certificates.authority}`
  return serverProcess(port, connectionString, {
    command: process.execPath,
    args: [MAIN, '--port', String(port), '--db', join(directory, 'events.db'), '--no-projections', ...secured],
    isReady: () => answers({ port, path: '/health/live', secured: certificates !== undefined }),
  })
}
