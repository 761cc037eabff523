/** A receiver of OTLP/HTTP JSON, as a collector is one. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

interface OtlpAttribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: string | number; readonly doubleValue?: number }
}

export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly links?: readonly {
    readonly traceId: string
    readonly spanId: string
    readonly attributes: readonly OtlpAttribute[]
  }[]
  readonly status?: { readonly code?: number; readonly message?: string }
}

interface OtlpRequest {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[]
}

export interface Collector {
  readonly url: string
  readonly spans: readonly OtlpSpan[]
  readonly requests: number
}

/** `status`: what it answers. */
export async function collector({
  status = 200,
  answer = {},
}: { status?: number; answer?: object } = {}): Promise<Collector> {
  const spans: OtlpSpan[] = []
  let requests = 0
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      requests++
      if (request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/json')
        return response.writeHead(404).end()
      spans.push(...spansOf(JSON.parse(body) as OtlpRequest))
      return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    get requests() {
      return requests
    },
  }
}

export function spansOf({ resourceSpans }: OtlpRequest): readonly OtlpSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
}

/** The attributes of a span or a link, as an object. */
export function told({
  attributes,
}: {
  readonly attributes: readonly OtlpAttribute[]
}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue ?? Number(value.intValue)]),
  )
}

/** Where a span's links of one kind lead, as trace ids. */
export function linksOf({ links = [] }: OtlpSpan, why: string): readonly string[] {
  return links.filter((link) => told(link)['refold.link'] === why).map(({ traceId }) => traceId)
}
