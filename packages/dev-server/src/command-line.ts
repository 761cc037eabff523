/** The command line: its options, and what it says. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { RefoldError } from '@refold/core/store'
import type { DevServerOptions } from './start-dev-server.js'

export const HELP = `Usage: refold-dev-server [options]

A server that speaks EventStoreDB's wire protocol, for development and tests. Not for production.

  --port <number>          port for gRPC and HTTP (default 2113; 0: a free one)
  --host <address>         address to listen on (default 127.0.0.1: this machine only)
  --advertise-host <name>  host that clients are told to connect to (default: --host)
  --db <file>              keep events in this file (default refold-dev-server.db)
  --memory                 keep events in memory, gone at the end
  --tls-cert <file>        certificate, PEM; with --tls-key
  --tls-key <file>         key of the certificate, PEM
  --auth                   ask for a user: admin or ops, password changeit; needs TLS
  --no-projections         do not write the streams $ce-<category> and $et-<type>
  --help                   this text
`

const DEFAULT_FILE = 'refold-dev-server.db'

/** What to start, or `'help'`. Throws `INVALID_INPUT` for arguments that make no sense and files that cannot be read. */
export function parseCommandLine(args: readonly string[]): DevServerOptions | 'help' {
  const values = parse(args)
  if (values.help === true) return 'help'
  if (values.memory === true && values.db !== undefined) throw refused('choose one of --db and --memory')
  if ((values['tls-cert'] === undefined) !== (values['tls-key'] === undefined))
    throw refused('--tls-cert and --tls-key go together')
  const file = values.memory === true ? undefined : (values.db ?? DEFAULT_FILE)
  return {
    port: parsePort(values.port),
    ...(values.host !== undefined && { host: values.host }),
    ...(values['advertise-host'] !== undefined && { advertisedHost: values['advertise-host'] }),
    ...(file !== undefined && { file }),
    ...(values['tls-cert'] !== undefined &&
      values['tls-key'] !== undefined && { tls: { cert: read(values['tls-cert']), key: read(values['tls-key']) } }),
    auth: values.auth === true,
    projections: values['no-projections'] !== true,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'advertise-host': { type: 'string' },
        db: { type: 'string' },
        memory: { type: 'boolean' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        auth: { type: 'boolean' },
        'no-projections': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error))
  }
}

function parsePort(text = '2113'): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw refused(`--port ${text} is no port: 0 to 65535`)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', `${file} cannot be read`, { cause, facts: { file } })
  }
}

function refused(message: string): RefoldError {
  return new RefoldError('INVALID_INPUT', message, { hint: 'refold-dev-server --help lists the options.' })
}
