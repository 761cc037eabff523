/** Spans of attempts of which no one knew how they ended, and of what was said of them. */
import { createClient, createWorker, defineAgent, effect, memoryLog, memoryStore } from '@refold/core'
import { openHistory } from '@refold/core/history'
import { setup } from 'xstate'
import { expect, test } from 'vitest'
import { collector, told } from './collector.fixture.js'
import { tracing } from './drafting.fixture.js'
import { historySpans } from './history-spans.js'
import type { SpanShape } from './span-shape.js'

const pay = effect(() => new Promise<number>(() => {}), { safety: 'never-retry' })
const machine = setup({ actors: { pay } }).createMachine({
  initial: 'paying',
  states: { paying: { invoke: { src: 'pay', onDone: 'paid' } }, paid: {} },
})
const transfer = defineAgent({ name: 'transfer', version: 1, machine })

const attemptsOf = (spans: readonly SpanShape[]): readonly unknown[] =>
  spans.flatMap(({ spanId, attributes }) => {
    const outcome = attributes['refold.effect.outcome']
    return outcome === undefined ? [] : [[spanId, attributes['refold.effect.attempt'], outcome]]
  })

test('OTL-64 OTL-65 an attempt that a release brings into doubt has its span as it had live, and what someone says of it later has none', async () => {
  const log = memoryLog()
  const receiver = await collector()
  const { telemetry, provider } = tracing(receiver.url)
  const agents = [transfer]
  const worker = await createWorker({ store: memoryStore(log), agents, observers: [telemetry.observer] })
  await worker.start(transfer, { id: '1' })
  await expect.poll(() => worker.load.effects).toBe(1)
  await worker.drain({ deadlineMs: 100, by: 'ana', reason: 'maintenance' })
  await worker.close()
  await provider.shutdown()
  const live = receiver.spans.filter((span) => told(span)['refold.effect.outcome'] !== undefined)
  expect(live.map((span) => told(span)['refold.effect.outcome'])).toEqual(['doubted'])
  await using client = await createClient({ store: memoryStore(log), agents })
  const agent = await client.attach(transfer, '1')
  const [doubt] = await agent.inDoubt()
  await agent.resolve(doubt?.effect ?? '', { complete: 7 })
  const past: SpanShape[] = []
  for await (const span of historySpans(await openHistory(memoryStore(log), 'transfer-1'))) past.push(span)
  expect(attemptsOf(past)).toEqual([[live[0]?.spanId, 1, 'doubted']])
})

test('OTL-64 one in doubt, and the next of the same number, are spans of their own', async () => {
  const [data, effectId] = [{ src: 'pay' }, '0.0']
  const doubts = [{ effect: effectId, src: 'pay', why: 'interrupted' }]
  const records = [
    ['started', {}],
    ['effect.started', { ...data, attempt: 1 }],
    ['claimed', { worker: 'b', inDoubt: [...doubts, null, { effect: 5 }] }],
    ['effect.resolved', { ...data, resolution: 'again' }],
    ['effect.started', { ...data, attempt: 1 }],
    ['effect.done', { ...data, output: 1 }],
    ['claimed', { worker: 'c', inDoubt: 'sealed' }],
  ] as const
  const history = {
    stream: 'transfer-1',
    first: 0,
    async *records() {
      for (const [revision, [kind, told]] of records.entries()) {
        const place = { revision, id: `id ${revision}`, at: revision * 10, definition: 'transfer@1', epoch: 1 }
        const of = kind.startsWith('effect.') ? { effect: effectId } : undefined
        yield { ...place, kind, type: `refold.${kind}`, data: told, ...of } as never
      }
    },
    at: () => Promise.reject(new Error('there is no state')),
  }
  const spans: SpanShape[] = []
  for await (const span of historySpans(history)) spans.push(span)
  const attempts = spans.filter(({ attributes }) => attributes['refold.effect.outcome'] !== undefined)
  expect(
    attempts.map(({ startMs, endMs, attributes }) => [startMs, endMs, attributes['refold.effect.outcome']]),
  ).toEqual([
    [10, 20, 'doubted'],
    [40, 50, 'done'],
  ])
  expect(new Set(attempts.map(({ spanId }) => spanId)).size).toBe(2)
})
