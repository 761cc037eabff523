/** A server over a store, and who asks it. */
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HistorySource } from '@refold/core/history'
import { Answers } from '../answers/answers.js'
import type { Refusal } from '../contract/answer.js'
import { makeLives } from '../lives.fixture.js'
import type { LivesFile } from '../lives.fixture.js'
import { agentServer } from './agent-server.js'
import { serve } from './serve.js'
import type { InspectorServer, ServeOptions } from './serve.js'

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: unknown
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface ServedFixture {
  readonly server: InspectorServer
  readonly token: string
  /** With the cookie, unless a cookie is given. */
  ask(path: string, ask?: Ask): Promise<Answered>
  /** Its JSON. Throws for a refusal. */
  get<T>(path: string): Promise<T>
  cookie: string
  close(): Promise<void>
}

/** A server over the agents of `makeLives`. */
export interface ServedLives extends ServedFixture {
  readonly lives: LivesFile
  /** The status, and the code of what was refused. */
  code(path: string, ask?: Ask): Promise<readonly [number, string]>
}

export const SESSION = {
  store: 'a file',
  canWrite: false,
  readOnlyBecause: 'it was opened without --write',
  definitions: [],
  version: '0.1.0',
  isFile: false,
} as const

/** A page that was built, to an own directory. */
function builtPage(): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'refold-page-'))
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Refold</title>')
  writeFileSync(join(directory, 'assets', 'main-1.js'), 'void 0')
  writeFileSync(join(directory, 'secret.pem'), 'no page needs this')
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

export async function serveLives(): Promise<ServedLives> {
  const lives = await makeLives()
  const served = await serveSource(lives.store)
  return {
    ...served,
    lives,
    code: async (path, ask) => {
      const { status, json } = await served.ask(path, ask)
      return [status, (json as Refusal | undefined)?.error.code ?? '']
    },
    close: async () => {
      await served.close()
      await lives.remove()
    },
  }
}

export async function serveSource(source: HistorySource, options: Partial<ServeOptions> = {}): Promise<ServedFixture> {
  const page = builtPage()
  const agents = agentServer(new Answers({ source }))
  const drop = (): void => {
    agents.close()
    page.remove()
  }
  const server = await serve({ ...agents, page: page.directory, session: () => SESSION, ...options }).catch(
    (error: unknown) => {
      drop()
      throw error
    },
  )
  const token = new URL(server.url).hash.replace('#token=', '')
  const fixture = {
    server,
    token,
    cookie: '',
    ask: (path: string, { headers = {}, ...ask }: Ask = {}) =>
      answerOf(server.port, path, { headers: { cookie: fixture.cookie, ...headers }, ...ask }),
    get: async <T>(path: string) => {
      const { status, json, text } = await fixture.ask(path)
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
      return json as T
    },
    close: async () => {
      await server.close()
      drop()
    },
  }
  const opened = await fixture.ask('/api/open', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  fixture.cookie = String(opened.headers['set-cookie']).split(';')[0] ?? ''
  return fixture
}

/** Byte for byte as it is given: no client in between changes a path or a header. */
export function answerOf(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        const isJson = response.headers['content-type']?.startsWith('application/json;') === true
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: isJson && text !== '' ? JSON.parse(text) : undefined,
        })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
