/** `refold trace export`, to a collector of the test's own. `npm run build` comes first. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'
import { exportTrace } from './trace.js'

interface Received {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly names: readonly string[]
}
interface Request {
  readonly resourceSpans: readonly [
    {
      readonly resource: object
      readonly scopeSpans: readonly [{ readonly spans: readonly { readonly name: string }[] }]
    },
  ]
}
const namesIn = ({ resourceSpans: [{ scopeSpans }] }: Request): readonly string[] =>
  scopeSpans[0].spans.map(({ name }) => name)

async function collector(answer: { readonly status?: number; readonly text?: string } = {}) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      received.push({ path: request.url, headers: request.headers, names: namesIn(JSON.parse(body) as Request) })
      response.writeHead(answer.status ?? 200).end(answer.text ?? '{}')
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('refold trace export', () => {
  let project: Project
  const lines: string[] = []
  const exporting = (options: { readonly otlp?: string; readonly file?: string }, agent = 'plan-a'): Promise<void> => {
    const store = join(project.directory, 'agents.db')
    return exportTrace(agent, { store, json: false, ...options }, (line) => lines.push(line))
  }
  beforeAll(async () => {
    project = makeProject()
    await project.run('start', 'plan', '--id', 'a')
    await project.run('start', 'plan', '--id', 'long')
    const store = sqliteStore(join(project.directory, 'agents.db'))
    const events = Array.from({ length: 1_200 }, () => ({
      id: crypto.randomUUID(),
      type: 'foreign',
      data: {},
      metadata: {},
    }))
    await store.append('plan-long', events, { expected: toRevision(0n) })
    await store.close()
  })
  afterAll(() => project.remove())

  test('OTL-22 sends the spans to a collector, and says how many', async () => {
    const { received, url } = await collector()
    const { code, stdout, stderr } = await project.run('trace', 'export', 'plan-a', '--otlp', url)
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `plan-a: 1 span of 1 record, to ${url}/v1/traces\n`,
      stderr: '',
    })
    expect(received).toMatchObject([
      { path: '/v1/traces', headers: { 'content-type': 'application/json' }, names: ['plan refold.started'] },
    ])
  })

  test('OTL-22 writes them to the standard output, or to a file, a request a line', async () => {
    const { stdout } = await project.run('trace', 'export', 'plan-a')
    expect(namesIn(JSON.parse(stdout) as Request)).toEqual(['plan refold.started'])
    const directory = mkdtempSync(join(tmpdir(), 'refold-trace-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'spans.jsonl')
    await exporting({ file })
    expect(readFileSync(file, 'utf8')).toBe(stdout)
    await expect(exporting({ file: directory })).rejects.toMatchObject({ code: 'EXPORT_FAILED' })
  })

  test('OTL-44 leaves a file as it was where it fails, and nothing beside it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'refold-trace-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'spans.jsonl')
    await expect(exporting({ file }, 'plan-none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(readdirSync(directory)).toEqual([])
    await exporting({ file })
    const before = readFileSync(file, 'utf8')
    await expect(exporting({ file }, 'plan-none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    if (existsSync('/dev/full'))
      await expect(exporting({ file: '/dev/full' })).rejects.toMatchObject({ code: 'EXPORT_FAILED' })
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(readdirSync(directory)).toEqual(['spans.jsonl'])
  })

  test('OTL-22 sends many spans in parts, with the headers of the environment', async () => {
    const { received, url } = await collector()
    process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'authorization=Bearer%20a=b,x-team=ops'
    onTestFinished(() => void delete process.env['OTEL_EXPORTER_OTLP_HEADERS'])
    await exporting({ otlp: `${url}/otlp/traces` }, 'plan-long')
    expect(received.map(({ names }) => names.length)).toEqual([500, 500, 201])
    expect(received[0]).toMatchObject({
      path: '/otlp/traces',
      headers: { authorization: 'Bearer a=b', 'x-team': 'ops' },
    })
  })

  test.each([
    ['refuses', { status: 400, text: 'no' }, 'it answered 400 no'],
    [
      'takes only some',
      { text: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}' },
      'it refused 1 span: too old',
    ],
    ['leads elsewhere', { status: 302 }, 'unexpected redirect'],
  ])('OTL-23 fails with what a collector that %s says', async (_how, answer, message) => {
    const { url } = await collector(answer)
    await expect(exporting({ otlp: url })).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
      message: expect.stringContaining(message),
    })
  })

  test('OTL-23 fails where no collector is, and where what is named is none', async () => {
    const { code, stdout, stderr } = await project.run('trace', 'export', 'plan-a', '--otlp', 'http://127.0.0.1:1')
    expect([code, stdout, stderr]).toEqual([7, '', expect.stringContaining('EXPORT_FAILED')])
    for (const otlp of ['localhost:4318', 'ftp://a', 'http://ana:sesame@localhost:4318'])
      await expect(exporting({ otlp })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.not.stringContaining('sesame'),
      })
    await expect(exporting({ otlp: 'http://a', file: 'b' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(exporting({}, 'plan-none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await project.run('trace', 'export')).code).toBe(2)
  })
})
