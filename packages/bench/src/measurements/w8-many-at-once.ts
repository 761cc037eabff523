/** W8: one agent that holds thousands of effects, timers or steps at once: processor time for each of them, nothing stored on a disk. */
import { createRuntime, defineAgent, effect, memoryStore } from '@refold/core'
import { assign, raise, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import type { Figures } from '../figures.js'

const MANY = 5_000

interface Held {
  readonly machine: AnyStateMachine
  /** Lets all of it come to its end. */
  readonly release: () => void
}

interface Context {
  readonly done: number
}

const counted = assign({ done: ({ context }: { context: Context }) => context.done + 1 })
const last = {
  guard: ({ context }: { context: Context }) => context.done === MANY - 1,
  target: 'over',
  actions: counted,
}

function effects(): Held {
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const work = effect(async () => gate)
  const spawnAll = ({ spawn }: { spawn: (src: string, options: { id: string }) => unknown }): Context => {
    for (let n = 0; n < MANY; n++) spawn('work', { id: `w${n}` })
    return { done: 0 }
  }
  return {
    machine: holding({ actors: { work }, context: spawnAll, type: 'xstate.done.actor.*' }),
    release: () => release(),
  }
}

function timers(): Held {
  const entry = Array.from({ length: MANY }, (_, n) => raise({ type: 'due' }, { delay: 500 + (n % 50), id: `t${n}` }))
  return { machine: holding({ context: { done: 0 }, entry, type: 'due' }), release: () => {} }
}

interface Parts {
  readonly actors?: object
  readonly context: object
  readonly entry?: readonly unknown[]
  /** Of the event of which so many end it. */
  readonly type: string
}

function holding({ actors = {}, type, ...config }: Parts): AnyStateMachine {
  const states = { on: { on: { [type]: [last, { actions: counted }] } }, over: { type: 'final' } }
  const machine: unknown = setup({ actors }).createMachine({ ...config, initial: 'on', states } as never)
  return machine as AnyStateMachine // the parts fit by construction; XState's types would want them all at once
}

function steps(): Held {
  const work = effect(async ({ step }) => {
    for (let n = 0; n < MANY; n++) await step(`s${n}`, () => n)
  })
  const machine = setup({ actors: { work } }).createMachine({
    initial: 'on',
    states: { on: { invoke: { src: 'work', onDone: 'over' } }, over: { type: 'final' } },
  })
  return { machine, release: () => {} }
}

const KINDS: Readonly<Record<string, () => Held>> = { effects, timers, steps }

export async function manyAtOnce(_directory: string, kind: string): Promise<Figures> {
  const { machine, release } = (KINDS[kind] ?? effects)()
  const agent = defineAgent({ name: 'many', version: 1, machine })
  const runtime = await createRuntime({ store: memoryStore(), agents: [agent] })
  const before = process.cpuUsage()
  const started = await runtime.start(agent, { id: '1' } as never)
  release()
  await started.done()
  const { user, system } = process.cpuUsage(before)
  await runtime.close()
  return { msEach: (user + system) / 1_000 / MANY }
}
