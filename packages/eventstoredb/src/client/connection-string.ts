/**
 * Connection strings, where the client is not strict: it warns of an option that it does not know, printing the whole string
 * with its password, and goes on without.
 */
import { RefoldError } from '@refold/core/store'

/** Those that the client knows; it does not mind their case. */
const OPTIONS =
  'tls tlsCAFile userCertFile userKeyFile nodePreference connectionName dnsDiscover maxDiscoverAttempts ' +
  'discoveryInterval gossipTimeout defaultDeadline keepAliveInterval keepAliveTimeout throwOnAppendFailure'
const KNOWN: ReadonlySet<string> = new Set(OPTIONS.toLowerCase().split(' '))
/** The client's own default. */
const KEEP_ALIVE_TIMEOUT_MS = 10_000

/** Throws `INVALID_INPUT` for an option that would be ignored, or that makes the client's answers wrong. */
export function checkConnectionOptions(connectionString: string): void {
  for (const [name, value] of optionsOf(connectionString)) {
    const option = name.toLowerCase()
    if (option === 'tlsverifycert') {
      if (value.trim() === 'true') continue
      throw badConnectionString('tlsVerifyCert=false has no effect in this client: name the authority with tlsCAFile')
    }
    if (!KNOWN.has(option))
      throw badConnectionString(`"${name}" is no option of it. There are ${OPTIONS.replaceAll(' ', ', ')}`)
    if (option === 'throwonappendfailure' && value.trim() === 'false')
      throw badConnectionString('throwOnAppendFailure=false is not possible: its answers are wrong in this client')
  }
}

/** The same settings, but for some milliseconds: clients with equal ones would share a socket. */
export function withOwnSocket(connectionString: string, nth: number): string {
  const setting = /[?&]keepAliveTimeout=(\d+)/i.exec(connectionString)
  const rest = setting === null ? connectionString : connectionString.replace(setting[0].slice(1), '')
  const tidy = rest
    .replace(/\?&+/, '?')
    .replace(/&&+/, '&')
    .replace(/[?&/]+$/, '')
  const timeoutMs = Number(setting?.[1] ?? KEEP_ALIVE_TIMEOUT_MS) + (nth % 1000)
  return `${tidy}${tidy.includes('?') ? '&' : '?'}keepAliveTimeout=${timeoutMs}`
}

export function badConnectionString(message: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `the connection string: ${message}`, {
    hint: 'For example esdb://127.0.0.1:2113?tls=false, or esdb+discover://user:password@cluster.example:2113.',
    facts: { path: 'connectionString' },
  })
}

function optionsOf(connectionString: string): readonly (readonly [name: string, value: string])[] {
  const query = connectionString.split('?', 2)[1] ?? ''
  return query
    .split('&')
    .filter((option) => option !== '')
    .map((option) => {
      const [name = '', value = ''] = option.split('=', 2)
      return [name.trim(), value] as const
    })
}
