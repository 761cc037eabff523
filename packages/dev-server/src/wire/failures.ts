/** Errors as the real server sends them: a status, and trailers that the client makes its own error classes of. */
import { status as Code, Metadata } from '@grpc/grpc-js'
import { isRefoldError } from '@refold/core/store'
import type { ExpectedRevision } from '../log/event.js'

/** How a call fails, as grpc-js takes it. It is an answer to a client and never leaves the server as an error. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure'
  readonly code: Code
  readonly details: string
  readonly metadata: Metadata

  constructor(code: Code, details: string, metadata: Metadata) {
    super(details)
    this.code = code
    this.details = details
    this.metadata = metadata
  }
}

type Trailers = Readonly<Record<string, string | number>>

/** As the server's own code counts: the trailers carry these numbers. */
const EXPECTED_NUMBERS = { any: -2n, no_stream: -1n, stream_exists: -4n } as const

/** A status with trailers, which may be anything: what a trailer cannot carry is told by the status alone. */
export function failure(code: Code, details: string, trailers: Trailers = {}): CallFailure {
  const metadata = new Metadata()
  if (!Object.values(trailers).every((value) => isAscii(String(value)))) {
    // The real server fails here too, and says nothing.
    const text = `The error names a stream that a trailer cannot carry: ${encoded(details)}`
    return new CallFailure(Code.UNKNOWN, text, metadata)
  }
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, String(value))
  return new CallFailure(code, isAscii(details) ? details : encoded(details), metadata)
}

export function accessDenied(): CallFailure {
  return failure(Code.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })
}

export function unauthenticated(): CallFailure {
  return failure(Code.UNAUTHENTICATED, 'Unauthenticated')
}

export function streamDeleted(stream: string): CallFailure {
  const trailers = { exception: 'stream-deleted', 'stream-name': stream }
  return failure(Code.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, trailers)
}

export function wrongExpectedVersion(
  stream: string,
  { expected, last }: { readonly expected: ExpectedRevision; readonly last: number },
): CallFailure {
  const number = typeof expected === 'bigint' ? expected : EXPECTED_NUMBERS[expected]
  const text = `WrongExpectedVersion. Stream: ${stream}, Expected version: ${number}, Actual version: ${last}`
  return failure(Code.FAILED_PRECONDITION, `Append failed due to ${text}`, {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(number),
    'actual-version': last,
  })
}

export function appendTooLarge(maxBytes: number): CallFailure {
  return failure(Code.INVALID_ARGUMENT, `Maximum Append Size of ${maxBytes} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': maxBytes,
  })
}

export function missingProperty(property: string): CallFailure {
  return failure(Code.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  })
}

/** What the real server throws at without saying more than that. */
export function malformed(details: string): CallFailure {
  return failure(Code.UNKNOWN, details)
}

/** The server stops: the client is to connect again. */
export function serverStopped(): CallFailure {
  return failure(Code.UNAVAILABLE, 'The server is shutting down.')
}

export function notOffered(what: string): CallFailure {
  return failure(Code.UNIMPLEMENTED, `The development server does not offer ${what}.`)
}

/** The failure that a thrown value stands for. */
export function toFailure(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error
  if (!isRefoldError(error)) return failure(Code.UNKNOWN, error instanceof Error ? error.message : String(error))
  const details = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
  switch (error.code) {
    case 'INVALID_INPUT':
      return error.facts?.['unsupported'] === undefined ? malformed(details) : failure(Code.INVALID_ARGUMENT, details)
    case 'TOO_LARGE':
      return failure(Code.INVALID_ARGUMENT, details)
    case 'STORE_REJECTED':
    case 'STORE_UNKNOWN':
    case 'CONFLICT':
      return failure(Code.ABORTED, details)
    case 'CLOSED':
      return serverStopped()
    default:
      return failure(Code.UNKNOWN, `${error.code}: ${details}`)
  }
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** As text of a status, which is ASCII. */
function encoded(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, (letters) => encodeURIComponent(letters))
}
