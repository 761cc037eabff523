/** Who may do what: no one is asked without `--auth`; with it, the two users of a fresh server. */
import { timingSafeEqual } from 'node:crypto'
import type { Metadata } from '@grpc/grpc-js'
import { accessDenied, unauthenticated } from '../wire/failures.js'

export interface WantedAccess {
  readonly stream: string
  readonly right: 'read' | 'write' | 'delete'
}

export interface Access {
  /** Throws the call's failure. */
  check(metadata: Metadata, wanted: WantedAccess): void
  /** Who calls: one of those who keep the server going, as all users here are. Throws the call's failure. */
  operator(metadata: Metadata): string
}

/** The users that every fresh server has. */
const USERS: readonly { readonly name: string; readonly password: string; readonly isAdmin: boolean }[] = [
  { name: 'admin', password: 'changeit', isAdmin: true },
  { name: 'ops', password: 'changeit', isAdmin: false },
]

export const OPEN_ACCESS: Access = { check: () => {}, operator: () => 'anonymous' }

/** Basic authentication; `admin` may do everything, others nothing with the log and with system streams. */
export const BASIC_ACCESS: Access = {
  check: (metadata, { stream }) => {
    if (!userOf(metadata).isAdmin && stream.startsWith('$')) throw accessDenied()
  },
  operator: (metadata) => userOf(metadata).name,
}

function userOf(metadata: Metadata): (typeof USERS)[number] {
  const [header] = metadata.get('authorization')
  if (header === undefined) throw accessDenied()
  const given = Buffer.from(String(header).replace(/^Basic /i, ''), 'base64')
  const user = USERS.find(({ name, password }) => isSame(given, Buffer.from(`${name}:${password}`)))
  if (user === undefined) throw unauthenticated()
  return user
}

function isSame(given: Buffer, known: Buffer): boolean {
  return given.length === known.length && timingSafeEqual(given, known)
}
