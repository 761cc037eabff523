/**
 * Calls any endpoint that speaks OpenAI's chat completions, streaming, with `fetch` and nothing else. Knows nothing of
 * Refold.
 */

/** One message of a conversation, as the protocol has it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string | null
  readonly tool_calls?: readonly ToolCall[]
  readonly tool_call_id?: string
}

/** What the model wants to be called; `arguments` is JSON text, written by a model: check it. */
export interface ToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/** A tool as the model is told of it; `parameters` is JSON Schema. */
export interface ToolDescription {
  readonly type: 'function'
  readonly function: { readonly name: string; readonly description: string; readonly parameters: object }
}

/** Where the model is. The key is never stored: it comes from the environment when it is needed. */
export interface ChatEndpoint {
  readonly url: string
  readonly model: string
  readonly apiKey?: string | undefined
}

/** One call. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ToolDescription[]
  /** Sent as `Idempotency-Key`; providers that know it do not bill a repetition. */
  readonly key: string
  readonly signal: AbortSignal
  readonly onToken?: (text: string) => void
}

/** The model's answer. Tokens are 0 where the endpoint does not count. */
export interface ChatReply {
  readonly message: ChatMessage
  readonly promptTokens: number
  readonly completionTokens: number
}

interface Chunk {
  choices?: { delta?: { content?: string | null; tool_calls?: ToolCallDelta[] }; finish_reason?: string | null }[]
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null
}
interface ToolCallDelta {
  index: number
  id?: string
  function?: { name?: string; arguments?: string }
}

/**
 * Streams one answer. Throws when the endpoint answers with anything but success, with its status and headers as the SDKs do, and when
 * the stream was cut.
 */
export async function chat(endpoint: ChatEndpoint, request: ChatRequest): Promise<ChatReply> {
  const { messages, tools = [], key, signal } = request
  const response = await fetch(`${endpoint.url.replace(/\/$/, '')}/chat/completions`, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...(endpoint.apiKey === undefined ? {} : { authorization: `Bearer ${endpoint.apiKey}` }),
    },
    body: JSON.stringify({
      model: endpoint.model,
      messages,
      ...(tools.length > 0 ? { tools } : {}),
      stream: true,
      stream_options: { include_usage: true },
    }),
  })
  if (!response.ok || response.body === null) {
    const { status, headers } = response
    const error = new Error(`the model's endpoint answered ${status}: ${(await response.text()).slice(0, 200)}`)
    throw Object.assign(error, { status, headers })
  }
  return collect(response.body, request.onToken)
}

async function collect(body: ReadableStream<Uint8Array>, onToken: ChatRequest['onToken']): Promise<ChatReply> {
  let content = ''
  const calls: { id: string; name: string; arguments: string }[] = []
  let usage: Chunk['usage']
  let isWhole = false
  for await (const data of serverSentData(body)) {
    isWhole ||= data === '[DONE]'
    if (data === '[DONE]') continue
    // What an endpoint sends is bytes from outside: every member may be missing.
    const chunk = JSON.parse(data) as Chunk
    usage = chunk.usage ?? usage
    const { delta, finish_reason: why } = chunk.choices?.[0] ?? {}
    isWhole ||= typeof why === 'string'
    if (delta?.content) {
      content += delta.content
      onToken?.(delta.content)
    }
    for (const part of delta?.tool_calls ?? []) {
      const call = (calls[part.index] ??= { id: '', name: '', arguments: '' })
      call.id += part.id ?? ''
      call.name += part.function?.name ?? ''
      call.arguments += part.function?.arguments ?? ''
    }
  }
  if (!isWhole) throw new Error('the answer of the model was cut')
  const toolCalls = calls.map(toolCallOf)
  return {
    message: {
      role: 'assistant',
      content: content || null,
      ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
    },
    promptTokens: usage?.prompt_tokens ?? 0,
    completionTokens: usage?.completion_tokens ?? 0,
  }
}

function toolCallOf({ id, name, arguments: text }: { id: string; name: string; arguments: string }): ToolCall {
  return { id, type: 'function', function: { name, arguments: text } }
}

/** The `data:` lines of a stream of server-sent events. */
async function* serverSentData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const data = line.startsWith('data:') ? line.slice(5).trim() : ''
      if (data !== '') yield data
    }
  }
}
