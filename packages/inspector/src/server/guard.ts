/**
 * Who may ask at all. A page of another site can make a browser send requests here, also under a name of its own that it made lead
 * to this address: such a request says whose it is, and nothing of it is read further.
 */
import type { IncomingMessage } from 'node:http'
import { refused } from './refusals.js'
import type { Refused } from './refusals.js'

/** Hosts under which this server may be asked, with its port, in lower case: `127.0.0.1:7433`. */
export interface Place {
  readonly hosts: ReadonlySet<string>
  readonly protocol: 'http' | 'https'
}

/** Names of this machine; `0.0.0.0`, which browsers take for it too, is not one of them. */
export const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'] as const

const HINT = 'Open the address that was printed when it started.'

/** `undefined`: it may. */
export function strangerIn({ headers }: IncomingMessage, { hosts, protocol }: Place): Refused | undefined {
  const host = headers.host?.toLowerCase() ?? ''
  if (!hosts.has(host))
    return refused(403, 'NOT_ALLOWED', 'this is not the host that the inspector is served under', HINT)
  const { origin } = headers
  if (origin !== undefined && origin !== `${protocol}://${host}`)
    return refused(403, 'NOT_ALLOWED', 'the inspector answers its own page only', HINT)
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined
  return refused(403, 'NOT_ALLOWED', 'the inspector answers no other site', HINT)
}
