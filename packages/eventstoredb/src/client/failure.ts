/** What an error of the client means, and the error to throw for it. */
import { isRefoldError, RefoldError } from '@refold/core/store'

/**
 * `lost`: no one can tell whether it was done. `not-sent`: it surely never left this process. `refused`: the server said no
 * and did nothing.
 */
export type Failure =
  | { readonly kind: 'conflict'; readonly actual: bigint | 'no_stream' }
  | { readonly kind: 'not-found' | 'deleted' | 'denied' | 'too-large' | 'not-leader' | 'refused' | 'not-sent' | 'lost' }

/** Nothing came from the server within the time that a call has, whatever of it was left for the last attempt. */
export class NoAnswer extends Error {
  constructor(doing: string, callMs: number) {
    super(`${doing}: no answer within ${callMs} ms`)
  }
}

/** The node that answers is behind what this process has read: it led, and was replaced. */
export class BehindNode extends Error {
  constructor() {
    super('the node that answers does not hold what this process has read')
  }
}

/** What comes before a call has failed: the call itself was not made. */
export class NotAsked extends Error {
  constructor(cause: unknown) {
    super(textOf(cause), { cause })
  }
}

const HINTS = {
  refused: 'The server took the request for a wrong one: check its version and the name of the stream.',
  denied:
    'Give the user of the connection string the right to read and write the streams of agents, and to read $all: by default only members of $admins may.',
  deleted: 'The stream was deleted for good in the server; its name cannot be used again.',
  'not-sent':
    'Check the address and port of the connection string, that the server runs, and whether it wants TLS (tls=true or tls=false).',
  'not-leader': 'The node that was asked does not lead: connect to the cluster with esdb+discover:// or several hosts.',
  lost: 'Repeat the identical append: if it was stored, the answer is the original one.',
} as const

const CERTIFICATE =
  /certificate|self[- ]signed|unable to verify|UNABLE_TO|CERT_|altname|wrong version number|ssl|tls|EPROTO/i
const CERTIFICATE_HINT =
  "The server's certificate was not accepted, or it does not speak TLS: name its authority by tlsCAFile, use a host that the certificate names, or say tls=false for an insecure server."
const PASSWORD_HINT = 'The server does not know this user, or the password is another one: esdb://user:password@host.'
const NO_NODE_HINT =
  'No node of the cluster was found: it is electing a leader, or the addresses or TLS (tls=true or tls=false) of the connection string are others. Try again in a moment.'
const REPLACED_HINT =
  'The log does not have the place that was read last: the server was emptied, or restored from a backup. Start this process again: it then reads what there is.'
const BEHIND_HINT =
  'The cluster has elected another leader, which the node that answers does not know yet: try again in a moment.'
const NOT_READY_HINT = 'The server is starting, electing a leader or busy: try again in a moment.'

/** The error for an append. `lost` becomes `STORE_UNKNOWN`, and what was surely not stored `STORE_REJECTED`. */
export function appendError(
  failure: Failure,
  about: { readonly stream: string; readonly cause: unknown },
): RefoldError {
  const { stream, cause } = about
  const doing = `appending to ${stream}`
  if (failure.kind === 'lost')
    return new RefoldError('STORE_UNKNOWN', `${doing}: ${textOf(cause)}`, {
      hint: HINTS.lost,
      cause,
      facts: { stream },
    })
  if (failure.kind === 'too-large')
    return new RefoldError('TOO_LARGE', `${doing}: the server takes no append of this size`, {
      cause,
      facts: { stream },
    })
  return failureError(failure, { doing, cause })
}

/** The error for anything but an append: it may be tried again, or it is fatal. */
export function failureError(
  failure: Failure,
  about: { readonly doing: string; readonly cause: unknown },
): RefoldError {
  const { doing, cause } = about
  if (isRefoldError(cause)) return cause
  const text = textOf(cause, failure.kind === 'deleted' ? 'the stream was deleted for good' : undefined)
  const message = text.startsWith(`${doing}: `) ? text : `${doing}: ${text}`
  const facts = { failure: failure.kind }
  if (failure.kind === 'denied' || failure.kind === 'deleted' || failure.kind === 'refused') {
    return new RefoldError('STORE_FATAL', message, { hint: fatalHint(failure.kind, message), cause, facts })
  }
  return new RefoldError('STORE_REJECTED', message, { hint: passingHint(failure, textOf(cause)), cause, facts })
}

function fatalHint(kind: 'denied' | 'deleted' | 'refused', message: string): string {
  if (message.includes('UNAUTHENTICATED')) return PASSWORD_HINT
  return kind === 'refused' && /invalid position/i.test(message) ? REPLACED_HINT : HINTS[kind]
}

function passingHint(failure: Failure, text: string): string {
  if (CERTIFICATE.test(text)) return CERTIFICATE_HINT
  if (/not ?ready|busy/i.test(text)) return NOT_READY_HINT
  if (/does not hold what this process/.test(text)) return BEHIND_HINT
  if (/failed to discover/i.test(text)) return NO_NODE_HINT
  if (failure.kind === 'not-sent' || failure.kind === 'not-leader') return HINTS[failure.kind]
  return 'The connection was lost, or the server does not answer: try again.'
}

function textOf(cause: unknown, orElse = 'the server failed, and gave no reason'): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text === '' ? orElse : text
}
