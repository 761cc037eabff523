/** The agent of the tests of forks: it drafts, pays, ships, waits, decides, and writes to others. */
import { assign, emit, setup, spawnChild } from 'xstate'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { sendToAgent, startAgent } from '../definition/send-to-agent.js'
import { openHistory } from '../history/open-history.js'
import type { StateDocument } from '../record/state-document.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import type { Runtime } from '../public/runtime.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import type { Process, ProcessOptions } from './process.fixture.js'

export const PATIENCE_MS = 60_000

export const peer = defineAgent({
  name: 'peer',
  version: 1,
  events: { told: z.object({ text: z.string() }) },
  machine: setup({ types: { context: {} as { texts: string[] } } }).createMachine({
    context: { texts: [] },
    on: { told: { actions: assign({ texts: ({ context, event }) => [...context.texts, event['text'] as string] }) } },
  }),
})
/** Goes on for ever. */
const helper = defineAgent({ name: 'helper', version: 1, machine: setup({}).createMachine({}) })

export interface Bodies {
  readonly draft: ControlledBody
  readonly charge: ControlledBody
  readonly ship: ControlledBody
  /** Keys that `ship`'s reconcile was asked about. */
  readonly asked: string[]
}

export function bodies(): Bodies {
  return { draft: controlledBody(), charge: controlledBody(), ship: controlledBody(), asked: [] }
}

const context = { notes: [] as string[], result: null as unknown, job: 'first' }

export function orderAgent(
  { draft, charge, ship, asked }: Bodies,
  { version = 1, decided = 'decided' }: { readonly version?: number; readonly decided?: 'decided' | 'judged' } = {},
) {
  const input = ({ context: { job } }: { readonly context: { readonly job: string } }): WorkInput => ({ job })
  const machine = setup({
    types: {
      context: {} as typeof context,
      // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- XState infers the machine's input from it
      input: {} as { job?: string } | undefined,
      events: {} as
        | { type: 'note'; text: string }
        | { type: 'add'; id: string }
        | { type: 'tell' | 'delegate' | 'go' | 'pay' | 'send' | 'leave' | 'approve' | 'reject' },
    },
    actors: { draft: effect(draft.body), charge: effect(charge.body), ship: effect(ship.body) },
    actions: { keep: assign({ result: ({ event }) => (event as unknown as { output: unknown }).output }) },
  }).createMachine({
    context: ({ input: given }) => ({ ...context, job: given?.job ?? 'first' }),
    initial: 'waiting',
    on: {
      note: {
        actions: [
          assign({ notes: ({ context: { notes }, event }) => [...notes, event.text] }),
          emit({ type: 'noted' }),
        ],
      },
      add: { actions: spawnChild('draft', { id: ({ event }) => event.id, input: { job: 'added' } }) },
      tell: { actions: sendToAgent({ agent: peer, id: '1' }, { type: 'told', text: 'hello' }) },
      delegate: { actions: startAgent({ agent: helper, id: 'h' }, {}) },
    },
    states: {
      waiting: { on: { go: 'working', pay: 'paying', send: 'shipping' }, after: { [PATIENCE_MS]: 'late' } },
      working: {
        invoke: { src: 'draft', input, onDone: { target: decided, actions: 'keep' }, onError: 'failed' },
        after: { [PATIENCE_MS]: 'late' },
      },
      paying: {
        invoke: { src: 'charge', input, onDone: { target: decided, actions: 'keep' }, onError: 'failed' },
        on: { leave: 'waiting' },
      },
      shipping: { invoke: { src: 'ship', input, onDone: { target: decided, actions: 'keep' }, onError: 'failed' } },
      [decided]: { on: { approve: 'approved', reject: 'rejected' } },
      approved: { type: 'final' },
      rejected: {},
      late: {},
      failed: {},
    },
  })
  const none = z.object({})
  return defineAgent({
    name: 'order',
    version,
    machine,
    input: z.object({ job: z.string().optional() }).optional(),
    events: {
      note: z.object({ text: z.string() }),
      add: z.object({ id: z.string() }),
      tell: none,
      delegate: none,
      go: none,
      pay: none,
      send: none,
      leave: none,
      approve: none,
      reject: none,
    },
    effects: {
      draft: { retry: { attempts: 3, delayMs: 1_000, jitter: false } },
      charge: { safety: 'never-retry' },
      ship: {
        safety: {
          reconcile: async ({ key }: { readonly key: string }) => {
            asked.push(key)
            return { output: 'it was shipped' }
          },
        },
      },
    } as never,
  })
}

export type Order = ReturnType<typeof orderAgent>

export interface Scene extends Process {
  readonly log: MemoryLog
  readonly bodies: Bodies
  readonly order: Order
  readonly runtime: Runtime
  /** Another process, on the same log and time. */
  another(options?: Partial<ProcessOptions>): Promise<Process>
}

/** A worker with the agents. */
export async function scene(options: Partial<ProcessOptions> & { readonly all?: Bodies } = {}): Promise<Scene> {
  const { all = bodies(), ...others } = options
  const log = memoryLog()
  const time = new ManualTime()
  const order = orderAgent(all)
  const process = await startProcess({ log, time, agents: [order, peer, helper], ...others })
  const another = (more: Partial<ProcessOptions> = {}): Promise<Process> =>
    startProcess({ log, time, agents: [order, peer, helper], ...more })
  return { ...process, log, bodies: all, order, another }
}

/** Starts an order and sends it these events, one after the other. */
export async function ordered({ runtime, order }: Pick<Scene, 'runtime' | 'order'>, ...types: readonly string[]) {
  const agent = await runtime.start(order, { id: '1' })
  for (const type of types) {
    await settle()
    await agent.send((type === 'note' ? { type, text: 'a note that is long enough to be copied' } : { type }) as never)
  }
  await settle()
  return agent
}

/** The state after a record, folded. */
export async function stateOf(log: MemoryLog, stream: string, revision?: number): Promise<StateDocument> {
  const history = await openHistory(memoryStore(log), stream)
  return (await history.at(revision ?? history.last)).document
}
