import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { isChartStream } from '../log/charts.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { withParts } from '../store/replaced-parts.fixture.js'
import { exportStreams } from './export-streams.js'
import type { ExportOptions } from './export-streams.js'
import { importStreams } from './import-streams.js'
import { openExport } from './open-export.js'
import { openHistory } from './open-history.js'
import { researched } from './research.fixture.js'

async function exported(store: Store, streams: readonly string[], options: ExportOptions = {}): Promise<string> {
  let text = ''
  for await (const line of exportStreams(store, streams, options)) text += line
  return text
}

const opened = (text: string): ReturnType<typeof openExport> => openExport(new Blob([text]))
const STREAMS = ['research-42', 'writer-7']

async function all(store: Store): Promise<readonly unknown[]> {
  const events: unknown[] = []
  for await (const page of store.readAll()) events.push(...page)
  return events
}

describe('an import', () => {
  test('CLI-92 pauses what has not ended in the append of its last record, and says who and from where', async () => {
    const text = await exported(await researched(), STREAMS, { charts: true })
    const store = memoryStore()
    const sizes: number[] = []
    const append: Store['append'] = (stream, events, options) => {
      if (!isChartStream(stream)) sizes.push(events.length)
      return store.append(stream, events, options)
    }
    const to = withParts(store, { append })
    const result = await importStreams(await opened(text), to, { by: 'ana', reason: 'imported from a.jsonl' })
    expect(result).toEqual({ agents: 2, paused: 2, added: 2, stored: 12 })
    expect(sizes).toEqual([7, 3])
    const history = await openHistory(store, 'research-42')
    expect(await history.record(history.last)).toMatchObject({
      type: 'refold.paused',
      by: 'ana',
      reason: 'imported from a.jsonl',
    })
    expect(await store.directory.get('research-42')).toMatchObject({
      status: 'active',
      condition: 'paused',
      pending: 0,
    })
    expect((await history.at(5)).context).toEqual(
      (await (await openHistory(await opened(text), 'research-42')).at(5)).context,
    )
  })

  test('CLI-92 a worker of the target performs nothing of it before a resume', async () => {
    const begun: string[] = []
    const work = effect(async ({ key, signal }) => {
      begun.push(key)
      return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    })
    const machine = setup({ actors: { work } }).createMachine({
      initial: 'a',
      states: { a: { invoke: { src: 'work' }, after: { 1: 'b' } }, b: {} },
    })
    const job = defineAgent({ name: 'job', version: 1, machine })
    const log = memoryLog()
    const origin = await createRuntime({ store: memoryStore(log), agents: [job] })
    await origin.start(job, { id: '1' })
    await origin.close()
    const text = await exported(memoryStore(log), ['job-1'])
    const to = memoryStore()
    await importStreams(await opened(text), to)
    begun.length = 0
    const runtime = await createRuntime({ store: to, agents: [job], worker: { takeoverAfterMs: 0 } })
    await runtime.recovered
    expect(begun).toEqual([])
    await (await runtime.attach(job, '1')).resume()
    await (await runtime.attach(job, '1')).waitFor((state) => state.matches('b'))
    await runtime.close()
  })

  test.each([0, 1, 2, 3])('CLI-93 broken off after %i appends it goes on, and stores nothing twice', async (after) => {
    const text = await exported(await researched(), STREAMS, { charts: true })
    const store = memoryStore()
    let appends = 0
    const append: Store['append'] = async (stream, events, options) => {
      if (appends++ === after)
        throw Object.assign(new Error('broken off'), { name: 'RefoldError', code: 'STORE_REJECTED' })
      return store.append(stream, events, options)
    }
    const broken = withParts(store, { append })
    await expect(importStreams(await opened(text), broken)).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    const before = (await all(store)).length
    const result = await importStreams(await opened(text), store)
    expect(result).toMatchObject({ agents: 2, paused: 2, stored: 12 - before })
    const now = await all(store)
    expect(await importStreams(await opened(text), store)).toMatchObject({ agents: 2, added: 0, stored: 0 })
    expect(await all(store)).toEqual(now)
  })

  test('CLI-93 a long agent, in several appends', async () => {
    const from = await researched()
    const text = await exported(from, STREAMS)
    const to = memoryStore()
    const small = withParts(to, { capabilities: { maxAppendBytes: 4_000, durable: false } })
    await importStreams(await opened(text), small)
    const history = await openHistory(to, 'research-42')
    expect([history.last, history.trouble]).toEqual([6, undefined])
    const tiny = withParts(memoryStore(), {
      capabilities: { maxAppendBytes: 100, durable: false },
    })
    await expect(importStreams(await opened(text), tiny)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })

  test('CLI-93 the store that it is from, and one that has another agent of the name, take nothing', async () => {
    const from = await researched()
    const file = await opened(await exported(from, STREAMS, { charts: true }))
    const before = await all(from)
    await expect(importStreams(file, from)).rejects.toMatchObject({ code: 'COPY_DIFFERS' })
    expect(await all(from)).toEqual(before)
    const other = await researched()
    await expect(importStreams(file, other)).rejects.toMatchObject({ code: 'COPY_DIFFERS' })
  })

  test.each([
    ['a line that was cut', (text: string) => text.slice(0, -200)],
    ['a line that is no record', (text: string) => text.replace('"type":"draft","data"', '"type":7,"data"')],
    ['a line that is gone', (text: string) => text.replace(/\n.*"type":"draft","data".*\n/, '\n')],
    ['a patch that does not fit', (text: string) => text.replaceAll('/state/root/context/text', '/state/none/text')],
    ['a newer format', (text: string) => text.replace('"export","v":0', '"export","v":9')],
  ])('CLI-93 a damaged file appends nothing: %s', async (_, damage) => {
    const text = await exported(await researched(), STREAMS)
    const store = memoryStore()
    const importing = opened(damage(text)).then((file) => importStreams(file, store))
    await expect(importing).rejects.toMatchObject({ code: expect.stringMatching(/^(UNREADABLE|NEWER_FORMAT)$/) })
    expect(await all(store)).toEqual([])
  })

  test('CLI-93 what is whole in a damaged file is told', async () => {
    const text = await exported(await researched(), STREAMS)
    const file = await opened(text.slice(0, -200))
    await expect(importStreams(file, memoryStore())).rejects.toMatchObject({
      message: expect.stringContaining('nothing was imported'),
      hint: expect.stringContaining('Whole in it: research-42.'),
    })
  })
})

describe('a redacted export', () => {
  const Card = z.object({ number: z.string(), cvc: z.number(), limits: z.record(z.string(), z.number()) })
  const login = defineAgent({
    name: 'login',
    version: 1,
    input: z.object({
      token: z.string().meta({ secret: true }),
      pin: z.number().meta({ secret: true }),
      name: z.string(),
    }),
    events: { pay: z.object({ card: Card.meta({ secret: true }), note: z.string() }) },
    effects: { fetchKey: { output: z.object({ key: z.string().meta({ secret: true }) }) } },
    machine: setup({
      types: {
        context: {} as { header: string; byToken: Record<string, number>; cards: unknown[]; key: string; pin: number },
        input: {} as { token: string; pin: number; name: string },
        events: {} as { type: 'pay'; card: z.infer<typeof Card>; note: string },
      },
      actors: { fetchKey: effect(async () => ({ key: 'k/ey~"\u{1F600}-of-the-house' })) },
    }).createMachine({
      context: ({ input }) => ({
        header: `Bearer ${input.token}`,
        byToken: { [input.token]: 1 },
        cards: [],
        key: '',
        pin: input.pin,
      }),
      initial: 'fetching',
      states: {
        fetching: {
          invoke: {
            src: 'fetchKey',
            onDone: { target: 'open', actions: assign({ key: ({ event }) => event.output.key }) },
          },
        },
        open: {
          on: {
            pay: {
              actions: assign({
                cards: ({ context, event }) => [...context.cards, event.card],
                byToken: ({ context }) => Object.fromEntries(Object.keys(context.byToken).map((key) => [key, 2])),
              }),
            },
          },
        },
      },
    }),
  })
  const TOKEN = 'tok/en~1.*+secret'
  const SECRETS = [TOKEN, 'k/ey~', 'of-the-house', '4111111111111111', '918273', '77120', 'eur-account-9']

  async function loggedIn(): Promise<Store> {
    const log = memoryLog()
    const runtime = await createRuntime({ store: memoryStore(log), agents: [login] })
    const agent = await runtime.start(login, { id: '1', input: { token: TOKEN, pin: 918273, name: 'ana' } })
    await agent.waitFor((state) => state.matches('open'))
    const card = { number: '4111111111111111', cvc: 77120, limits: { 'eur-account-9': 5 } }
    await agent.send({ type: 'pay', card, note: `with ${TOKEN}` }, { by: 'ana', reason: `the token is ${TOKEN}` })
    await runtime.close()
    return memoryStore(log)
  }

  test('CLI-91 has no secret anywhere, and folds to states of the same form', async () => {
    const store = await loggedIn()
    const plain = await exported(store, ['login-1'])
    for (const secret of SECRETS) expect(plain).toContain(JSON.stringify(secret).slice(1, -1))
    const text = await exported(store, ['login-1'], { charts: true, redact: true })
    for (const secret of SECRETS) for (const form of formsOf(secret)) expect(text).not.toContain(form)
    expect(text).not.toContain('"given"')
    const [one, other] = [await openHistory(store, 'login-1'), await openHistory(await opened(text), 'login-1')]
    expect(other.trouble).toBeUndefined()
    expect(other.last).toBe(one.last)
    const { context } = await other.at(other.last)
    expect(context).toMatchObject({ pin: 0, cards: [{ cvc: 0 }] })
    expect((context as { header: string }).header).toMatch(/^Bearer \[secret \d+\]$/)
    expect(await other.record(0)).toMatchObject({ data: { input: { name: 'ana', pin: 0 } } })
  })

  test('CLI-91 is refused where the chart is not stored, and cannot be imported', async () => {
    const store = await loggedIn()
    const charts = memoryStore()
    const without = withParts(store, {
      read: (stream: string) => (isChartStream(stream) ? charts : store).read(stream),
    })
    await expect(exported(without, ['login-1'], { redact: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('login@1'),
    })
    const text = await exported(store, ['login-1'], { redact: true })
    await expect(importStreams(await opened(text), memoryStore())).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

/** As it stands in JSON, and in a pointer in JSON. */
function formsOf(secret: string): readonly string[] {
  const pointer = secret.replaceAll('~', '~0').replaceAll('/', '~1')
  return [secret, pointer].map((text) => JSON.stringify(text).slice(1, -1))
}
