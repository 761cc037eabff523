/** Where a fleet answers about itself. */
import { isIP } from 'node:net'
import { RefoldError } from '@refold/core'

export interface HealthAddress {
  readonly host: string
  readonly port: number
}

const LOOPBACK = '127.0.0.1'
/** The port at which programs are asked for metrics, by a custom of OpenTelemetry's. */
const CUSTOMARY_PORT = 9464

/** Tried in turn where no one names an address: the customary port, then any that is free. */
export const DEFAULT_ADDRESSES: readonly HealthAddress[] = [
  { host: LOOPBACK, port: CUSTOMARY_PORT },
  { host: LOOPBACK, port: 0 },
]

/** `127.0.0.1:9464`, `[::1]:9464`, or a port of loopback. Throws `INVALID_INPUT`. */
export function parseHealthAddress(text: string): HealthAddress {
  const [, bracketed, named, digits = ''] = /^(?:(?:\[([\da-f:.]+)\]|([^:[\]/\s]+)):)?(\d{1,5})$/i.exec(text) ?? []
  const [host, port] = [bracketed ?? named ?? LOOPBACK, Number(digits)]
  if (digits !== '' && port <= 65_535 && (bracketed === undefined || isIP(bracketed) === 6)) return { host, port }
  throw new RefoldError('INVALID_INPUT', `${JSON.stringify(text)} is no address for health and metrics`, {
    hint: 'A host and a port: 127.0.0.1:9464, [::1]:9464, 0.0.0.0:9464; or a port of this machine: 9464. 0 is any free one.',
  })
}

/** Whether only this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `http://127.0.0.1:9464` */
export function urlOf({ host, port }: HealthAddress): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}
