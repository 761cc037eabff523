/** The body of a request, as JSON. */
import type { IncomingMessage } from 'node:http'
import type { JsonValue } from '@refold/core/record'
import { refused } from './refusals.js'

/** Bytes. */
const MOST_BODY = 1024 * 1024

/** Rejects with what the request is refused with: 400 for what is no JSON, 413 for what is too large. */
export async function readBody(request: IncomingMessage): Promise<JsonValue> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw refused(400, 'INVALID_INPUT', 'the body must be application/json')
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY) throw tooLarge()
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > MOST_BODY) throw tooLarge()
    parts.push(part)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))) as JsonValue
  } catch {
    throw refused(400, 'INVALID_INPUT', 'the body is no JSON')
  }
}

function tooLarge(): Error {
  return refused(413, 'TOO_LARGE', `a body has at most ${MOST_BODY} bytes`)
}
