/** A local server that speaks OpenAI's streaming chat completions. What it answers is written by the test. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ChatMessage, ToolCall } from './openai-client.js'

/** What the server was asked. */
export interface Asked {
  readonly headers: IncomingHttpHeaders
  readonly body: {
    readonly model: string
    readonly messages: readonly ChatMessage[]
    readonly tools?: readonly object[]
    readonly stream: boolean
  }
}
/** What it answers: tokens, all or cut off behind the last, or tool calls, or an HTTP status. */
export type Answer =
  | { readonly tokens: readonly string[]; readonly isCut?: true }
  | { readonly calls: readonly ToolCall[] }
  | { readonly status: number }

export interface ModelServer extends AsyncDisposable {
  readonly url: string
  readonly asked: readonly Asked[]
}

/** `answer` is asked for each request, in order; it may wait. Each answer counts 10 tokens read and 5 written. */
export async function modelServer(
  answer: (asked: Asked, index: number) => Answer | Promise<Answer>,
): Promise<ModelServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => {
        const one: Asked = { headers: request.headers, body: JSON.parse(body) as Asked['body'] }
        asked.push(one)
        return answer(one, asked.length - 1)
      })
      .then((given) => stream(given, response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function stream(given: Answer, response: ServerResponse): void {
  if ('status' in given) {
    response.writeHead(given.status).end('{"error":{"message":"busy"}}')
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const deltas = 'tokens' in given ? given.tokens.map((content) => ({ content })) : given.calls.flatMap(callDeltas)
  const chunks: object[] = deltas.map((delta) => ({ choices: [{ index: 0, delta }] }))
  if ('isCut' in given) return void response.end(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''))
  chunks.push({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } })
  const all = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`
  // Cut in the middle of a line, as networks do.
  const half = Math.floor(all.length / 2)
  response.write(all.slice(0, half))
  response.end(all.slice(half))
}

/** Arguments come in pieces. */
function callDeltas({ id, function: { name, arguments: text } }: ToolCall, index: number): object[] {
  const half = Math.floor(text.length / 2)
  return [
    { tool_calls: [{ index, id, function: { name, arguments: text.slice(0, half) } }] },
    { tool_calls: [{ index, function: { arguments: text.slice(half) } }] },
  ]
}

/** A tool call as a model writes it. */
export function call(id: string, name: string, args: object | string): ToolCall {
  return { id, type: 'function', function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) } }
}
