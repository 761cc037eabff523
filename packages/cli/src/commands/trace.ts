/** `refold trace export`: what an agent has done, as spans. Nothing of the project's own code is needed. */
import { openHistory } from '@refold/core/history'
import type { AgentHistory } from '@refold/core/history'
import { historySpans, otlpTraces } from '@refold/otel/history'
import type { SpanShape } from '@refold/otel/history'
import { RefoldError } from '@refold/core'
import { fileTarget, httpTarget, lineTarget } from './trace-targets.js'
import type { TraceTarget } from './trace-targets.js'
import { parseAddress } from './agent-argument.js'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'
import { counted } from '@refold/core/store'

export interface TraceExportOptions extends ProjectOptions {
  /** Of a collector: `http://localhost:4318`. */
  readonly otlp?: string
  readonly file?: string
  readonly json: boolean
}

/** Spans of one request. */
const PART = 500

/** Writes the spans of an agent, in parts, to where the options say, and tells how many there were. */
export async function exportTrace(
  agent: string,
  options: TraceExportOptions,
  tell: (line: string) => void,
): Promise<void> {
  const target = targetOf(options, tell)
  const address = parseAddress(agent)
  const service = process.env['OTEL_SERVICE_NAME'] ?? 'refold'
  await withStore({ ...options, readOnly: true }, async ({ store, codecs }) => {
    const history = await openHistory(store, address, { codecs })
    let spans = 0
    try {
      for await (const part of inParts(historySpans(history))) {
        await target.write(otlpTraces(part, { service }))
        spans += part.length
      }
      await target.end()
    } catch (error) {
      await target.drop()
      throw error
    }
    if (target.place !== undefined) tell(told(history, { spans, place: target.place, json: options.json }))
  })
}

function targetOf({ otlp, file }: TraceExportOptions, tell: (line: string) => void): TraceTarget {
  if (otlp !== undefined && file !== undefined)
    throw new RefoldError('INVALID_INPUT', '--otlp and --file were given', { hint: 'One of them.' })
  if (otlp !== undefined) return httpTarget(otlp)
  return file === undefined ? lineTarget(tell) : fileTarget(file)
}

async function* inParts(spans: AsyncIterable<SpanShape>): AsyncGenerator<readonly SpanShape[], void, undefined> {
  let part: SpanShape[] = []
  for await (const span of spans) {
    part.push(span)
    if (part.length < PART) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

interface Sent {
  readonly spans: number
  readonly place: string
  readonly json: boolean
}

function told({ stream, last, first }: AgentHistory, { spans, place, json }: Sent): string {
  const records = last - first + 1
  if (json) return JSON.stringify({ agent: stream, records, spans, place })
  return `${stream}: ${counted(spans, 'span')} of ${counted(records, 'record')}, to ${place}`
}
