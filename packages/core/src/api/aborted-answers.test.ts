/** What a body returns because it was aborted is no answer. */
import { assign, fromPromise, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { EffectArgs } from '../definition/effect-types.js'
import type { CallPolicy } from '../definition/policy-types.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outliveLease, startWorker, typesOf } from './process.fixture.js'

type Args = Pick<EffectArgs<{ job: string }>, 'input' | 'signal'>

/** Ends without an error when its signal aborts, as the streams of some libraries do. */
async function* stream(signal: AbortSignal, runs: { finish: () => void }[]): AsyncGenerator<string> {
  yield 'half '
  const isAborted = await new Promise<boolean>((resolve) => {
    runs.push({ finish: () => resolve(false) })
    signal.addEventListener('abort', () => resolve(true))
  })
  if (!isAborted) yield 'whole'
}

function writers() {
  const runs: { finish: () => void }[] = []
  const read = async (signal: AbortSignal): Promise<string> => {
    let text = ''
    for await (const part of stream(signal, runs)) text += part
    return text
  }
  const deaf = async (): Promise<string> => new Promise((resolve) => runs.push({ finish: () => resolve('whole') }))
  return {
    runs,
    bodies: {
      'an effect': effect<string, { job: string }>(({ signal }) => read(signal)),
      'a plain promise': fromPromise<string, { job: string }>(({ signal }) => read(signal)),
      'an effect that reads its arguments': effect<string, { job: string }>((args: Args) => read(args.signal)),
      'a step': effect<string, { job: string }>(({ step }) => step('write', ({ signal }) => read(signal))),
    },
    deaf: {
      'an effect': effect<string, { job: string }>(({ input }) => (input.job, deaf())),
      'a plain promise': fromPromise<string, { job: string }>(({ input }) => (input.job, deaf())),
      'a step': effect<string, { job: string }>(({ step }) => step('write', deaf)),
    },
  }
}

function agentOf(logic: ReturnType<typeof fromPromise<string, { job: string }>>, policy: CallPolicy<never, string>) {
  const machine = setup({
    types: { context: {} as { text: string | null } },
    actors: { write: logic },
  }).createMachine({
    context: { text: null },
    initial: 'writing',
    states: {
      writing: {
        invoke: {
          src: 'write',
          input: { job: 'x' },
          onDone: { target: 'written', actions: assign({ text: ({ event }) => event.output }) },
        },
      },
      written: {},
    },
  })
  return defineAgent({ name: 'writer', version: 1, machine, effects: { write: policy as never } })
}

async function writing(logic: Parameters<typeof agentOf>[0], policy: CallPolicy<never, string> = {}) {
  const [log, time] = [memoryLog(), new ManualTime()]
  const definition = agentOf(logic, policy)
  const options = { log, time, agents: [definition] }
  const a = await startWorker({ ...options, id: 'a' })
  const agent = await a.runtime.start(definition, { id: '1' })
  await settle()
  return { log, time, definition, options, a, agent, types: () => typesOf(log, 'writer-1') }
}

const KINDS = ['an effect', 'a plain promise', 'an effect that reads its arguments', 'a step'] as const
const DEAF = ['an effect', 'a plain promise', 'a step'] as const

describe('EFF-19 a body that sees its abort and returns what it has', () => {
  test.each(KINDS)('EFF-19 %s: a pause drops it, and the answer comes after the resumption', async (kind) => {
    const { runs, bodies } = writers()
    const { agent, types } = await writing(bodies[kind])
    await agent.pause()
    await settle()
    expect(await types()).toEqual(['refold.started', 'refold.paused'])
    await agent.resume()
    await settle()
    expect(agent.getSnapshot().effects).toMatchObject([{ attempts: 0 }])
    runs.at(-1)?.finish()
    await settle()
    expect(agent.getSnapshot().context.text).toBe('half whole')
  })

  test.each(KINDS)('EFF-19 %s: a close and a drain drop it, and the next worker runs it again', async (kind) => {
    for (const end of ['close', 'drain'] as const) {
      const { runs, bodies } = writers()
      const { a, options, definition, types } = await writing(bodies[kind])
      await a.runtime[end]()
      await settle()
      expect(await types()).not.toContain('refold.effect.done')
      const b = await startWorker({ ...options, id: 'b' })
      await settle()
      runs.at(-1)?.finish()
      await settle()
      expect((await b.runtime.attach(definition, '1')).getSnapshot().context.text).toBe('half whole')
    }
  })

  test.each(KINDS)(
    'EFF-19 %s: the half answer of a replaced owner is not taken before the healthy one',
    async (kind) => {
      const { runs, bodies } = writers()
      const { a, options, time, definition, types } = await writing(bodies[kind])
      a.die()
      const b = await startWorker({ ...options, id: 'b' })
      await outliveLease(time)
      expect(runs).toHaveLength(2)
      a.wake()
      await time.advance(1_000)
      expect(await types()).not.toContain('refold.effect.done')
      runs.at(-1)?.finish()
      await settle()
      expect((await b.runtime.attach(definition, '1')).getSnapshot().context.text).toBe('half whole')
      expect((await types()).filter((type) => type === 'refold.effect.done')).toHaveLength(1)
    },
  )

  test.each(KINDS)('EFF-19 %s: a reconcilable one is asked after, not believed', async (kind) => {
    const { bodies } = writers()
    const asked: string[] = []
    const reconcile = ({ key }: { key: string }) => (
      asked.push(key),
      Promise.resolve({ output: 'as the provider says' })
    )
    const { agent } = await writing(bodies[kind], { safety: { reconcile } })
    await agent.pause()
    await settle()
    await agent.resume()
    await settle()
    expect(asked).toHaveLength(1)
    expect(agent.getSnapshot().context.text).toBe('as the provider says')
  })

  test('EFF-19 a never-retry body answers for itself, after its time-out too', async () => {
    const { bodies } = writers()
    const { agent, time } = await writing(bodies['an effect'], { safety: 'never-retry', timeoutMs: 1_000 })
    await time.advance(1_000)
    expect(agent.getSnapshot().context.text).toBe('half ')
  })
})

describe('EFF-364 a body that goes on without a step which its abort refused', () => {
  /** Without a look at the signal: what a step throws is a note in the answer. */
  function reporter() {
    const steps: { readonly name: string; finish: () => void }[] = []
    const body = effect<string, { job: string }>(async ({ step }) => {
      const parts: string[] = []
      for (const name of ['one', 'two']) {
        const run = async (): Promise<string> =>
          new Promise((resolve) => steps.push({ name, finish: () => resolve(name) }))
        parts.push(await step(name, run).catch(() => 'nothing'))
      }
      return parts.join(' ')
    })
    return { steps, body }
  }

  test('EFF-364 its answer is dropped, and the finished step is not run again', async () => {
    const { steps, body } = reporter()
    const { agent } = await writing(body)
    await agent.pause()
    steps.at(-1)?.finish()
    await settle()
    await agent.resume()
    await settle()
    expect(agent.getSnapshot().context.text).toBeNull()
    expect(steps.map(({ name }) => name)).toEqual(['one', 'two'])
    steps.at(-1)?.finish()
    await settle()
    expect(agent.getSnapshot().context.text).toBe('one two')
  })

  test('EFF-364 what a replaced owner makes of a step that never ends is not taken before the healthy answer', async () => {
    const finished: (() => void)[] = []
    const waits: (() => void)[] = []
    const body = effect<string, { job: string }>(({ step }) =>
      Promise.race([
        step('write', () => new Promise<string>((resolve) => finished.push(() => resolve('whole')))),
        new Promise<string>((resolve) => waits.push(() => resolve('it took too long'))),
      ]),
    )
    const { a, options, time, definition } = await writing(body)
    a.die()
    const b = await startWorker({ ...options, id: 'b' })
    await outliveLease(time)
    expect(finished).toHaveLength(2)
    a.wake()
    finished[0]?.()
    await settle()
    waits[0]?.()
    await settle()
    finished[1]?.()
    await settle()
    expect((await b.runtime.attach(definition, '1')).getSnapshot().context.text).toBe('whole')
  })
})

describe('EFF-19 a body that never looks at its signal', () => {
  test.each(DEAF)('EFF-19 %s: its success counts after the pause that could not stop it', async (kind) => {
    const { runs, deaf } = writers()
    const { agent } = await writing(deaf[kind])
    await agent.pause()
    await settle()
    expect(agent.getSnapshot().context.text).toBeNull()
    runs.at(-1)?.finish()
    await settle()
    await agent.resume()
    await settle()
    expect(agent.getSnapshot().context.text).toBe('whole')
    expect(runs).toHaveLength(1)
  })
})
