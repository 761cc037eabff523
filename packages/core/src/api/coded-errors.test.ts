/** Nothing without a code leaves the public API, whatever a caller hands in. */
import { expect, test } from 'vitest'
import { copyStreams } from '../history/copy-streams.js'
import { planRecovery } from '../plan/plan-recovery.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createClient } from './create-client.js'
import { createRuntime } from './create-runtime.js'
import { createWorker } from './create-worker.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const raw = (): never => {
  throw new TypeError('raw')
}
const HOSTILE = new Proxy({}, { get: raw, ownKeys: raw, has: raw, getPrototypeOf: raw, getOwnPropertyDescriptor: raw })
const getter = (key: string, on: object = {}): object => Object.defineProperty(on, key, { get: raw, enumerable: true })
const NOTE = { type: 'note', text: 'a' }

type Called = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>

type Call = readonly [method: string, ...given: readonly unknown[]]

const OF_AGENTS: readonly Call[] = [
  ['send', HOSTILE],
  ['send', getter('type')],
  ['send', NOTE, HOSTILE],
  ['send', NOTE, getter('id')],
  ['send', NOTE, getter('by')],
  ['can', HOSTILE],
  ['waitFor', raw],
  ['waitFor', () => true, HOSTILE],
  ['waitFor', () => false, getter('timeoutMs')],
  ['done', HOSTILE],
  ['pause', HOSTILE],
  ['cancel', HOSTILE],
  ['retry', HOSTILE],
  ['resolve', HOSTILE],
  ['approval', HOSTILE],
  ['stateAt', HOSTILE],
  ['eventsFrom', HOSTILE],
]
const OF_RUNTIMES: readonly Call[] = [
  ['start', HOSTILE, { id: '2' }],
  ['attach', HOSTILE, '1'],
  ['find', HOSTILE],
  ['find', getter('status')],
  ['pause', HOSTILE],
  ['resume', getter('definition')],
  ['drain', HOSTILE],
]
const CODED = { name: 'RefoldError', code: 'INVALID_INPUT', cause: { message: 'raw' } }

async function opened() {
  const log = memoryLog()
  const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
  const { runtime } = await startProcess({ log, agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  return { runtime, definition, agent }
}

/** A promise for what is thrown at once, too. */
const outcome = async (call: () => unknown): Promise<unknown> => call()

test.each(OF_AGENTS)('ERR-5 what %s is given throws while it is read: the error has a code', async (...call) => {
  const [method, ...given] = call as unknown as Call
  const { agent } = await opened()
  await expect(outcome(() => (agent as unknown as Called)[method]?.(...given))).rejects.toMatchObject(CODED)
  expect((await agent.send({ type: 'note', text: 'on' })).context.notes).toEqual(['on'])
})

test.each(OF_RUNTIMES)('ERR-5 so it is with %s of a runtime', async (...call) => {
  const [method, ...given] = call as unknown as Call
  const { runtime, agent } = await opened()
  await expect(outcome(() => (runtime as unknown as Called)[method]?.(...given))).rejects.toMatchObject(CODED)
  expect((await agent.send({ type: 'note', text: 'on' })).context.notes).toEqual(['on'])
})

test('ERR-5 and with the input of a start', async () => {
  const { runtime, definition } = await opened()
  const start = (input: unknown) => runtime.start(definition, { id: '2', input: input as never })
  await expect(start(HOSTILE)).rejects.toMatchObject(CODED)
  await expect(start(getter('job'))).rejects.toMatchObject({
    ...CODED,
    code: 'NOT_SERIALIZABLE',
    facts: { path: '/input/job' },
  })
  await expect(runtime.start(definition, getter('id') as never)).rejects.toMatchObject(CODED)
})

const OPENERS: readonly Call[] = ['store', 'agents', 'world', 'observers'].flatMap((key): Call[] => [
  ['createRuntime', getter(key)],
  ['createWorker', getter(key)],
  ['createClient', getter(key)],
])

test.each<Call>([
  ...OPENERS,
  ['createRuntime', HOSTILE],
  ['createRuntime', { store: memoryStore(), agents: [], worker: getter('id') }],
  ['createWorker', HOSTILE],
  ['createWorker', getter('capacity', { store: memoryStore(), agents: [] })],
  ['createClient', HOSTILE],
  ['planRecovery', HOSTILE],
  ['planRecovery', getter('codecs')],
  ['copyStreams', memoryStore(), memoryStore(), getter('streams')],
])('ERR-5 so it is with what %s is given', async (...call) => {
  const [name, ...given] = call as unknown as Call
  const all = { createRuntime, createWorker, createClient, planRecovery, copyStreams } as unknown as Called
  await expect(outcome(() => all[name]?.(...given))).rejects.toMatchObject(CODED)
})

test.each([[1n], [Symbol('1')], [() => '1']])('ERR-5 an id that is no text (%s) is refused by its code', async (id) => {
  const { runtime, definition, agent } = await opened()
  const wrong = id as unknown as string
  await expect(outcome(() => runtime.start(definition, { id: wrong }))).rejects.toMatchObject({ code: 'INVALID_ID' })
  await expect(agent.send({ type: 'note', text: 'a' }, { id: wrong })).rejects.toMatchObject({ code: 'INVALID_ID' })
  const options = { store: memoryStore(), agents: [definition], worker: { id: wrong } }
  await expect(createRuntime(options)).rejects.toMatchObject({ code: 'INVALID_ID' })
})

const NO_ARGUMENT: readonly Call[] = [
  ['waitFor'],
  ['waitFor', 'done'],
  ['waitFor', () => true, null],
  ['send', NOTE, null],
  ['pause', null],
  ['retry', null],
  ['resolve'],
  ['resolve', null, {}],
  ['approval'],
  ['approval', Symbol('approve')],
]

test.each(NO_ARGUMENT)('SND-43 %s without what it needs is the mistake of its caller', async (...call) => {
  const [method, ...given] = call as unknown as Call
  const { agent } = await opened()
  const called = outcome(() => (agent as unknown as Called)[method]?.(...given))
  await expect(called).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})

const DEFINITION = 'the definition'
const NO_START: readonly Call[] = [
  ['start', undefined],
  ['start', null, { id: '2' }],
  ['start', DEFINITION],
  ['start', DEFINITION, null],
  ['start', DEFINITION, { id: 10n }],
  ['attach', DEFINITION, 10n],
  ['migrate', DEFINITION, Symbol('1')],
]

test.each(NO_START)('SND-43 so it is with %s of a runtime', async (...call) => {
  const [method, ...given] = call as unknown as Call
  const { runtime, definition } = await opened()
  const meant = given.map((each) => (each === DEFINITION ? definition : each))
  await expect(outcome(() => (runtime as unknown as Called)[method]?.(...meant))).rejects.toMatchObject({
    code: expect.stringMatching(/^INVALID_(INPUT|ID|DEFINITION)$/) as string,
  })
})
