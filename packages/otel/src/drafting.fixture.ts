/** An agent that drafts at the second attempt, waits for a send, and tells another agent; and a tracer with a real exporter. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createRuntime, defineAgent, effect, memoryLog, memoryStore, sendToAgent } from '@refold/core'
import type { MemoryLog, RuntimeObserver } from '@refold/core'
import { setup } from 'xstate'
import { RecordIds } from './record-ids.js'
import { createTelemetry } from './telemetry.js'
import type { Telemetry } from './telemetry.js'

export const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const draft = effect(
  async ({ attempt, usage }) => {
    if (attempt === 1) throw new RangeError('the model is busy')
    usage({ inputTokens: 120, outputTokens: 30, costUsd: 0.004 })
    return { text: 'secret words' }
  },
  { retry: { attempts: 3, delayMs: 1 } },
)
const box = defineAgent({
  name: 'inbox',
  version: 1,
  machine: setup({ types: { events: {} as { type: 'letter' } } }).createMachine({
    initial: 'open',
    states: { open: { on: { letter: 'full' } }, full: {} },
  }),
})
const machine = setup({ actors: { draft } }).createMachine({
  initial: 'drafting',
  states: {
    drafting: { invoke: { src: 'draft', onDone: 'review' } },
    review: { on: { approve: 'sent' } },
    sent: { entry: sendToAgent({ agent: box, id: '1' }, { type: 'letter' }), after: { 1: 'over' } },
    over: { type: 'final' },
  },
})
export const letter = defineAgent({ name: 'letter', version: 3, machine })

export interface Tracing {
  readonly telemetry: Telemetry
  readonly provider: BasicTracerProvider
}

export function tracing(url: string, { withIds = true }: { readonly withIds?: boolean } = {}): Tracing {
  const ids = new RecordIds()
  const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))]
  const provider = new BasicTracerProvider({ spanProcessors, ...(withIds ? { idGenerator: ids } : undefined) })
  return { telemetry: createTelemetry({ tracerProvider: provider, ids }), provider }
}

/** A letter from its start to its end. Returns what it was stored in. */
export async function sendLetter(
  observers: readonly RuntimeObserver[],
  log: MemoryLog = memoryLog(),
): Promise<MemoryLog> {
  await using refold = await createRuntime({ store: memoryStore(log), agents: [letter, box], observers })
  const receiver = await refold.start(box, { id: '1' })
  const agent = await refold.start(letter, { id: '7', by: 'ana@example.org', traceparent: TRACEPARENT })
  await agent.waitFor(({ value }) => value === 'review')
  await agent.send({ type: 'approve' })
  await agent.done()
  await receiver.waitFor(({ value }) => value === 'full')
  return log
}
