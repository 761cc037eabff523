import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Refusal } from '../contract/answer.js'
import { TextAnswer } from './served.js'
import { serveLives, serveSource } from './served.fixture.js'
import type { ServedLives } from './served.fixture.js'

describe('what is not there, or is asked wrongly', () => {
  let served: ServedLives
  beforeAll(async () => {
    served = await serveLives()
  })
  afterAll(() => served.close())

  test('INS-7 gives the files of the page by their names, and no other', async () => {
    const page = await served.ask('/')
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    for (const path of ['/a/research-42', '/a/a.b?r=1', '/fleet', '/compare?left=a&right=b'])
      expect((await served.ask(path)).text).toBe(page.text)
    const script = await served.ask('/assets/main-1.js')
    expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
    for (const path of [
      '/secret.pem',
      '/../secret.pem',
      '/assets/../../package.json',
      '/..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/..\\..\\secret.pem',
      '//etc/passwd/x.y',
      '/assets/none.js',
      '/index.html\u0000.js',
      '/.env',
    ].map((path) => path.replaceAll('\u0000', '%00').replaceAll('\\', '%5c')))
      expect([path, ...(await served.code(path))]).toEqual([path, 404, 'NOT_FOUND'])
    expect((await served.ask('/', { method: 'POST' })).status).toBe(405)
    expect((await served.ask('/', { method: 'HEAD' })).text).toBe('')
  })

  test('INS-7 says that the page is not built', async () => {
    const unbuilt = await serveSource(served.lives.store, { page: '/nowhere/at/all' })
    const { status, json } = await unbuilt.ask('/')
    expect(status).toBe(503)
    expect(json).toMatchObject({ error: { code: 'NOT_FOUND', hint: expect.stringContaining('build') } })
    await unbuilt.close()
  })

  test.each([
    ['/api/agents/none-1', 404, 'NOT_FOUND'],
    ['/api/agents/%2e%2e%2f', 404, 'NOT_FOUND'],
    ['/api/agents/%00', 404, 'NOT_FOUND'],
    ['/api/agents/%ff', 400, 'INVALID_INPUT'],
    ['/api/agents/$all', 404, 'NOT_FOUND'],
    ['/api/agents/__proto__', 404, 'NOT_FOUND'],
    ['/api/agents/research-42/points/99', 404, 'NOT_FOUND'],
    ['/api/agents/research-42/points/-1', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/points/1e3', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/points/999999999999999999', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/rows?from=0', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/rows?from=0&to=500', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/blame?path=nowhere', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/blame?path=/context/none', 404, 'NOT_FOUND'],
    ['/api/agents/research-42/blame?path=/__proto__/x', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/find?where=none', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/find?where=[1]', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/find', 400, 'INVALID_INPUT'],
    ['/api/agents/research-42/points/1/value?path=/document/none', 404, 'NOT_FOUND'],
    ['/api/agents/research-42/points/1/value?path=~7', 400, 'INVALID_INPUT'],
    ['/api/compare?left=research-42&right=none-1', 404, 'NOT_FOUND'],
    ['/api/compare?left=research-42@99&right=research-42', 404, 'NOT_FOUND'],
    ['/api/live?agent=none-1', 404, 'NOT_FOUND'],
    ['/api/live?agent=research-42&after=x', 400, 'INVALID_INPUT'],
    ['/api/charts/none', 404, 'NOT_FOUND'],
    ['/api/none', 404, 'NOT_FOUND'],
    ['/api/agents/', 404, 'NOT_FOUND'],
  ])('INS-8 %s is refused with %i and %s', async (path, status, code) => {
    const answer = await served.ask(path)
    expect([answer.status, (answer.json as Refusal).error.code]).toEqual([status, code])
    expect(answer.text).not.toMatch(/ {4}at |node_modules|\.ts:\d/)
  })

  test('INS-8 what fails without a code is told as a defect, and what it says is not', async () => {
    const broken = await serveSource({
      read: () => {
        throw new TypeError('the secret is 1234')
      },
    })
    const { status, text } = await broken.ask('/api/agents/research-42')
    expect(status).toBe(500)
    expect(text).toContain('INVARIANT')
    expect(text).not.toContain('1234')
    await broken.close()
  })

  test('INS-230 an answer that fails in its middle is cut, also while the body of its request is still to come', async () => {
    const rejections: unknown[] = []
    const onRejection = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', onRejection)
    async function* halfOf(): AsyncGenerator<string> {
      yield 'half'
      throw new Error('no more')
    }
    const broken = await serveSource(served.lives.store, {
      routes: [
        { path: '/api/half', method: 'GET', answer: async () => new TextAnswer(halfOf(), { type: 'text/plain' }) },
      ],
    })
    const headers = { cookie: broken.cookie, 'content-length': '10' }
    const asked = request({ host: '127.0.0.1', port: broken.server.port, path: '/api/half', headers, agent: false })
    asked.flushHeaders()
    const cut = await new Promise<Error>((resolve) =>
      asked.on('error', resolve).on('response', (response) => response.on('error', resolve).resume()),
    )
    expect(cut).toMatchObject({ code: 'ECONNRESET' })
    expect((await broken.ask('/')).status).toBe(200)
    expect(rejections).toEqual([])
    process.off('unhandledRejection', onRejection)
    asked.destroy()
    await broken.close()
  })
})
