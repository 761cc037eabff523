import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseHealthAddress } from './health-address.js'
import { serveHealth } from './health-server.js'
import type { Health, HealthServer } from './health-server.js'

const ANY_PORT = [{ host: '127.0.0.1', port: 0 }] as const
const READY = { isReady: true, reasons: [], workers: [{ worker: 'w1', isReady: true }] } as const
const HEALTH: Health = {
  readiness: READY,
  metrics: [{ name: 'refold_a', type: 'gauge', help: 'A.', samples: [{ labels: {}, value: 1 }] }],
}

async function serve(health: Health = HEALTH): Promise<HealthServer & { readonly port: number }> {
  const server = await serveHealth(health, ANY_PORT)
  onTestFinished(() => server.close())
  return { ...server, port: Number(new URL(server.url).port) }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

async function ask(
  { port }: { readonly port: number },
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

/** Sends raw text; resolves with all that comes until the server hangs up. */
async function raw(
  { port }: { readonly port: number },
  text: string,
): Promise<{ readonly answer: string; socket: Socket }> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).on('error', () => {})
  socket.write(text)
  await once(socket, 'close')
  return { answer, socket }
}

describe('the health of a fleet', () => {
  test('CLI-82 is text, or JSON for a client that accepts it', async () => {
    const why = 'it cannot read the store: \u001b[31mgone'
    const readiness = {
      isReady: false,
      reasons: ['no worker is ready'],
      workers: [{ worker: 'w1', isReady: false, why }],
    }
    const server = await serve({ ...HEALTH, readiness })
    const text = await ask(server, '/readyz')
    expect(text).toMatchObject({
      status: 503,
      text: expect.stringMatching(/^not ready\nno worker is ready\nw1: it cannot/),
    })
    expect(text.text).not.toContain('\u001b')
    const json = await ask(server, '/readyz', { headers: { accept: 'application/json' } })
    expect([json.status, JSON.parse(json.text)]).toEqual([503, readiness])
    expect(await ask(server, '/livez')).toMatchObject({ status: 200, text: 'alive\n' })
  })

  test('CLI-84 metrics are the text that Prometheus reads', async () => {
    const { status, headers, text } = await ask(await serve(), '/metrics?name[]=a')
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(text).toBe('# HELP refold_a A.\n# TYPE refold_a gauge\nrefold_a 1\n')
  })

  test.each(['/', '/metrics/', '/livez/..', '//metrics', '/%6divez', '/favicon.ico'])(
    'CLI-85 the path %s is not found',
    async (path) => {
      expect((await ask(await serve(), path)).status).toBe(404)
    },
  )

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('CLI-85 the method %s is not allowed', async (method) => {
    const { status, headers } = await ask(await serve(), '/livez', { method })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  test('CLI-85 HEAD has the head of GET, and nothing else', async () => {
    const server = await serve()
    const [head, get] = [await ask(server, '/metrics', { method: 'HEAD' }), await ask(server, '/metrics')]
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', get.headers['content-length']])
  })

  test('CLI-85 a body is not read: the answer comes, and the connection ends', async () => {
    const head = 'GET /livez HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n'
    const server = await serve()
    for (const more of ['', 'expect: 100-continue\r\n']) {
      const { answer } = await raw(server, `${head}${more}\r\nthe beginning of it`)
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*connection: close[^]*alive\n$/)
    }
  })

  test('CLI-85 a client that says nothing, or half of a head, is cut off, and the others are answered', async () => {
    const server = await serve()
    const slow = [raw(server, ''), raw(server, 'GET /livez HTTP/1.1\r\nhost: local')]
    expect((await ask(server, '/livez')).status).toBe(200)
    const answers = await Promise.all(slow)
    expect(answers.map(({ answer }) => /HTTP\/1\.1 200/.test(answer))).toEqual([false, false])
  })

  test('CLI-85 a head that is too long is refused', async () => {
    const { answer } = await raw(
      await serve(),
      `GET /livez HTTP/1.1\r\nhost: localhost\r\na: ${'x'.repeat(20_000)}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 431/)
  })

  test.each([
    ['evil.example', 403],
    ['evil.example:9464', 403],
    ['localhost:1', 200],
    ['127.0.0.1', 200],
    ['[::1]:9464', 200],
  ])('CLI-85 on loopback the host %s is answered with %i', async (host, status) => {
    expect((await ask(await serve(), '/livez', { headers: { host } })).status).toBe(status)
  })

  test('CLI-86 a flood of requests is answered with what was made once', async () => {
    let made = 0
    const server = await serve({
      readiness: READY,
      get metrics() {
        made++
        return HEALTH.metrics
      },
    })
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(server, '/metrics')))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(made).toBeLessThan(40)
  })
})

describe('the address', () => {
  test.each([
    ['9464', { host: '127.0.0.1', port: 9464 }],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
  ])('CLI-80 %s is understood', (text, address) => {
    expect(parseHealthAddress(text)).toEqual(address)
  })

  test.each(['', ':80', 'localhost', '70000', '::1:80', '[zz]:1', 'http://a:1', 'a b:1', '-1', '1.5'])(
    'CLI-80 %j is refused',
    (text) => {
      expect(() => parseHealthAddress(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    },
  )

  test('CLI-80 the first that is free is taken; one that was named and is taken is refused', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const taken = { host: '127.0.0.1', port: (other.address() as AddressInfo).port }
    const server = await serveHealth(HEALTH, [taken, ...ANY_PORT])
    onTestFinished(() => server.close())
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await expect(serveHealth(HEALTH, [taken])).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' })
    await expect(serveHealth(HEALTH, [{ host: '203.0.113.1', port: 1 }])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
  })
})
