import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { memoryStore } from '@refold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agentServer } from './agent-server.js'
import { Answers } from '../answers/answers.js'
import { CERT, KEY } from './certificate.fixture.js'
import { serve } from './serve.js'
import { serveLives, serveSource, SESSION } from './served.fixture.js'
import type { ServedFixture, ServedLives } from './served.fixture.js'

const JSON_TYPE = { 'content-type': 'application/json' }

describe('the server of the inspector', () => {
  let served: ServedLives
  beforeAll(async () => {
    served = await serveLives()
  })
  afterAll(() => served.close())

  test('INS-1 is of this machine alone, and of another only with a certificate', async () => {
    expect(new URL(served.server.url).hostname).toBe('127.0.0.1')
    for (const host of ['192.0.2.1', 'inspector.example', '127.evil.example'])
      await expect(serveSource(memoryStore(), { host })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        hint: expect.stringContaining('certificate'),
      })
    for (const host of ['0.0.0.0', '::', ''])
      await expect(serveSource(memoryStore(), { host, tls: { cert: CERT, key: KEY } })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
  })

  test.each([
    ['another name that leads here', 'evil.example'],
    ['another port', '127.0.0.1:1'],
    ['no port', '127.0.0.1'],
    ['the address that means every one', '0.0.0.0:PORT'],
    ['a name that only begins so', '127.0.0.1.evil.example:PORT'],
    ['a name with a user', 'localhost@evil.example:PORT'],
  ])('INS-2 is not asked under %s', async (_what, host) => {
    const headers = { host: host.replace('PORT', String(served.server.port)) }
    for (const path of ['/', '/api/session', '/api/agents/research-42'])
      expect(await served.code(path, { headers })).toEqual([403, 'NOT_ALLOWED'])
  })

  test.each([
    ['the page of another site', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['the same host by another protocol', { origin: 'https://127.0.0.1:PORT' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['another name of this machine', { origin: 'http://localhost:PORT' }],
    ['what a browser says is another site', { 'sec-fetch-site': 'cross-site' }],
    ['what a browser says is another port', { 'sec-fetch-site': 'same-site' }],
  ])('INS-2 answers nothing to %s', async (_what, given) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('PORT', String(served.server.port))]),
    )
    for (const ask of [{ headers }, { method: 'POST', headers: { ...headers, ...JSON_TYPE }, body: '{}' }])
      for (const path of ['/', '/api/session', '/api/open', '/api/charts'])
        expect(await served.code(path, ask)).toEqual([403, 'NOT_ALLOWED'])
  })

  test('INS-2 answers its own page, under each name of this machine, and allows no one else to read it', async () => {
    const { port } = served.server
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
      const headers = {
        host: `${host}:${port}`,
        origin: `http://${host.toLowerCase()}:${port}`,
        'sec-fetch-site': 'same-origin',
      }
      const answer = await served.ask('/api/session', { headers })
      expect(answer.status).toBe(200)
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    expect(
      await served.code('/api/session', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }),
    ).toEqual([403, 'NOT_ALLOWED'])
  })

  test('INS-3 tells nothing but the files of the page without the cookie of this run', async () => {
    for (const cookie of ['', 'refold=1', `refold-${served.server.port}=`, `refold-${served.server.port}=x`])
      for (const path of ['/api/session', '/api/agents/research-42', '/api/live', '/api/charts/x', '/api/none'])
        expect(await served.code(path, { headers: { cookie } })).toEqual([401, 'NOT_ALLOWED'])
    expect((await served.ask('/', { headers: { cookie: '' } })).status).toBe(200)
  })

  test('INS-3 gives the cookie for the token alone, to no script and no other site', async () => {
    const open = (token: unknown): ReturnType<ServedFixture['ask']> =>
      served.ask('/api/open', {
        method: 'POST',
        headers: { ...JSON_TYPE, cookie: '' },
        body: JSON.stringify({ token }),
      })
    for (const token of ['', 'x', served.token.slice(1), `${served.token}x`, null, 7, [served.token], undefined]) {
      const answer = await open(token)
      expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined])
    }
    const { status, headers } = await open(served.token)
    expect(status).toBe(204)
    expect(String(headers['set-cookie'])).toMatch(
      new RegExp(`^refold-${served.server.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    )
    expect(String(headers['set-cookie'])).not.toContain(served.token)
    expect(Buffer.from(served.token, 'base64url').length).toBe(32)
    expect(new URL(served.server.url).search).toBe('')
  })

  test('INS-3 a cookie of another run opens nothing', async () => {
    const other = await serveSource(served.lives.store)
    expect(other.token).not.toBe(served.token)
    const value = served.cookie.split('=')[1]
    for (const cookie of [served.cookie, `refold-${other.server.port}=${value}`])
      expect((await other.ask('/api/session', { headers: { cookie } })).status).toBe(401)
    const both = `${served.cookie}; ${other.cookie}`
    expect((await other.ask('/api/session', { headers: { cookie: both } })).status).toBe(200)
    await other.close()
  })

  test('INS-4 only an order writes, with the token of the session and as JSON', async () => {
    let orders = 0
    const order = {
      path: '/api/orders',
      method: 'POST',
      isOrder: true,
      answer: async () => ({ done: ++orders }),
    } as const
    const agents = agentServer(new Answers({ source: served.lives.store }))
    const writing = await serveSource(served.lives.store, {
      ...agents,
      routes: [...agents.routes, order],
      session: () => ({ ...SESSION, canWrite: true }),
    })
    const { orderToken = '' } = await writing.get<{ orderToken?: string }>('/api/session')
    expect(await served.get('/api/session')).not.toHaveProperty('orderToken')
    const asked = async (headers: Record<string, string>, method = 'POST'): Promise<number> =>
      (await writing.ask('/api/orders', { method, headers, ...(method === 'GET' ? {} : { body: '{}' }) })).status
    expect(await asked(JSON_TYPE)).toBe(403)
    expect(await asked({ ...JSON_TYPE, 'x-refold-token': writing.token })).toBe(403)
    expect(await asked({ 'content-type': 'text/plain', 'x-refold-token': orderToken })).toBe(400)
    expect(await asked({ 'content-type': 'application/x-www-form-urlencoded', 'x-refold-token': orderToken })).toBe(400)
    expect(await asked({ 'x-refold-token': orderToken }, 'GET')).toBe(405)
    expect(orders).toBe(0)
    expect(await asked({ ...JSON_TYPE, 'x-refold-token': orderToken })).toBe(200)
    expect(orders).toBe(1)
    await writing.close()
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'])('INS-4 %s asks nothing of an agent', async (method) => {
    const { status } = await served.ask('/api/agents/research-42', { method })
    expect(status).toBe(405)
  })

  test('INS-5 every answer forbids what would let others see it, and the page runs its own files only', async () => {
    const answers = await Promise.all([
      served.ask('/'),
      served.ask('/assets/main-1.js'),
      served.ask('/api/session'),
      served.ask('/api/none'),
      served.ask('/api/agents/research-42/export'),
      served.ask('/', { headers: { host: 'evil.example' } }),
    ])
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      })
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
    }
  })

  test('INS-6 refuses bodies and heads that are too large, and answers others meanwhile', async () => {
    const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<readonly [number, string]> =>
      served.code('/api/charts', { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body })
    expect(await post(JSON.stringify('x'.repeat(1024 * 1024)))).toEqual([413, 'TOO_LARGE'])
    expect(await post('{"a":')).toEqual([400, 'INVALID_INPUT'])
    expect(await post(Buffer.from([0x22, 0xff, 0x22]))).toEqual([400, 'INVALID_INPUT'])
    expect(await post('{}', { 'content-type': 'text/plain' })).toEqual([400, 'INVALID_INPUT'])
    const { status } = await served.ask('/api/session', { headers: { 'x-long': 'x'.repeat(20_000) } })
    expect(status).toBe(431)
    expect((await served.ask('/api/session')).status).toBe(200)
  })

  test('INS-6 a request that never comes to its end holds up no one, and is ended', async () => {
    const bounded = await serveSource(served.lives.store, { slowestMs: 500 })
    const { port } = bounded.server
    const head = `POST /api/open HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n`
    const sockets = Array.from({ length: 20 }, (_, index) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      return socket.resume().write(index % 2 === 0 ? `${head}{` : 'GET / HTTP/1.1\r\nHost: ') && socket
    })
    expect((await bounded.ask('/api/session')).status).toBe(200)
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket && socket.once('close', resolve))))
    expect((await bounded.ask('/api/session')).status).toBe(200)
    await bounded.close()
  })

  test('INS-3 with a certificate the cookie is sent by it alone, and the page is asked for by it', async () => {
    const secure = await serve({ page: '', routes: [], session: () => SESSION, tls: { cert: CERT, key: KEY } })
    const { port, url } = secure
    expect(url).toMatch(/^https:/)
    const body = JSON.stringify({ token: new URL(url).hash.replace('#token=', '') })
    const open = (origin: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const headers = { ...JSON_TYPE, origin }
        const asked = httpsRequest({ port, host: '127.0.0.1', path: '/api/open', method: 'POST', ca: CERT, headers })
        asked.on('response', (response) => resolve(String(response.resume().headers['set-cookie'])))
        asked.on('error', reject).end(body)
      })
    expect(await open(`https://127.0.0.1:${port}`)).toMatch(/; Secure$/)
    expect(await open(`http://127.0.0.1:${port}`)).toBe('undefined')
    await secure.close()
  })
})
