/** What servers answer over HTTP, with TLS and without. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import * as http from 'node:http'
import * as https from 'node:https'
import { AUTHORITY } from './certificates.fixture.js'

export interface Asked {
  readonly port: number
  readonly path: string
  readonly secured: boolean
  /** As the user `admin`. */
  readonly asAdmin?: true
  /** To be posted, as JSON. */
  readonly body?: object
}

/** Whether the answer is a success. Never rejects. */
export async function answers(asked: Asked): Promise<boolean> {
  try {
    await ask(asked)
    return true
  } catch {
    return false
  }
}

/** Rejects for anything but a success. */
export async function ask({ port, path, secured, asAdmin, body }: Asked): Promise<string> {
  const options = {
    host: '127.0.0.1',
    port,
    path,
    agent: false,
    ...(asAdmin && { auth: 'admin:changeit' }),
    ...(body !== undefined && { method: 'POST', headers: { 'Content-Type': 'application/json' } }),
  }
  const request = secured ? https.request({ ...options, ca: AUTHORITY }) : http.request(options)
  request.end(body === undefined ? undefined : JSON.stringify(body))
  request.setTimeout(2000, () => request.destroy(new Error('no answer')))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  if ((response.statusCode ?? 500) >= 300) throw new Error(`${path}: ${response.statusCode}`)
  return text
}
