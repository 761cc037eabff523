/** Answers, as they go to the browser. */
import type { ServerResponse } from 'node:http'
import { codedError } from '../answers/coded-error.js'
import type { Refusal } from '../contract/answer.js'
import { Refused, statusOf } from './refusals.js'
import { TextAnswer } from './served.js'

/** The page runs what it is made of, shows what it is told, and asks no one but this server. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Of every answer. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': CONTENT_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
}

/** `undefined`: there is nothing to tell. */
export async function respond(response: ServerResponse, answer: unknown): Promise<void> {
  if (answer === undefined) return end(response, 204)
  if (!(answer instanceof TextAnswer)) return sendJson(response, 200, answer)
  response.setHeader('content-type', answer.type)
  if (answer.file !== undefined)
    response.setHeader('content-disposition', `attachment; filename="${plain(answer.file)}"`)
  if (typeof answer.text === 'string') return end(response, 200, answer.text)
  await sendParts(response, answer.text)
}

/** As the client takes them. What is thrown at the first part is a refusal; later it cuts the answer, so that it is not taken for whole. */
async function sendParts(response: ServerResponse, parts: AsyncIterable<string>): Promise<void> {
  for await (const part of parts) {
    if (response.destroyed) return
    if (!response.headersSent) response.writeHead(200)
    if (!response.write(part)) await drained(response)
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

/** A name that is safe in a header and in every file system. */
function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.-]/g, '_').slice(0, 100)
}

export function refuse(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) return void response.destroy()
  const refusal: Refusal = { error: codedError(thrown instanceof Refused ? thrown.error : thrown) }
  for (const name of ['content-disposition', 'content-type']) response.removeHeader(name)
  sendJson(response, statusOf(thrown), refusal)
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8')
  end(response, status, JSON.stringify(value))
}

function end(response: ServerResponse, status: number, text = ''): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
