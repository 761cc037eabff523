/** A server for examples: the one that `REFOLD_ESDB_URL` names, else the dev-server, as a process of its own. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Server {
  readonly connectionString: string
  readonly stop: () => void
}

export async function startServer({ file }: { readonly file: string }): Promise<Server> {
  const named = process.env['REFOLD_ESDB_URL'] ?? ''
  if (named !== '') return { connectionString: named, stop: () => {} }
  const main = fileURLToPath(new URL('../packages/dev-server/dist/main.js', import.meta.url))
  const child = spawn(process.execPath, [main, '--port', '0', '--db', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const text of child.stdout.setEncoding('utf8')) {
    const [, connectionString] = /listens on (\S+)\n/.exec(String(text)) ?? []
    if (connectionString === undefined) continue
    return { connectionString, stop: () => void child.kill('SIGKILL') }
  }
  throw new Error('the dev-server ended at its start')
}
