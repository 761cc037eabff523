/** What observers are told, and that they harm no one. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { RuntimeEvent } from '../public/runtime-event.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import type { Logger } from '../world/world.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createRuntime } from './create-runtime.js'
import { settle } from './manual-time.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const kindsOf = (events: readonly RuntimeEvent[], ...kinds: readonly RuntimeEvent['kind'][]): readonly string[] =>
  events.map(({ kind }) => kind).filter((kind) => kinds.includes(kind))

describe('observers', () => {
  test('OBS-1 are told of the life of an effect and of its agent, in order, after it happened', async () => {
    const events: RuntimeEvent[] = []
    const body = controlledBody()
    const definition = workAgent({ body: body.body })
    await using runtime = await createRuntime({
      store: memoryStore(),
      agents: [definition],
      observers: [(event) => events.push(event)],
    })
    const agent = await runtime.start(definition, { id: '1' })
    await agent.waitFor(() => body.runs.length === 1)
    body.last.resolve('done')
    await agent.waitFor((state) => state.effects.length === 0)
    expect(kindsOf(events, 'recorded', 'effect.scheduled', 'effect.began', 'effect.ended').slice(0, 5)).toEqual([
      'recorded',
      'effect.scheduled',
      'effect.began',
      'recorded',
      'effect.ended',
    ])
    expect(events.find(({ kind }) => kind === 'effect.began')).toMatchObject({ stream: 'work-1', attempt: 1 })
  })

  test('OBS-5 are told with what an effect failed, and nothing of the kind of one that did not', async () => {
    const events: RuntimeEvent[] = []
    const body = controlledBody()
    const definition = workAgent({ body: body.body })
    await using runtime = await createRuntime({
      store: memoryStore(),
      agents: [definition],
      observers: [(event) => events.push(event)],
    })
    for (const [id, end] of [
      ['1', () => body.last.reject(new Error('no answer'))],
      ['2', () => body.last.reject(undefined)],
      ['3', () => body.last.resolve('done')],
    ] as const) {
      const agent = await runtime.start(definition, { id })
      await agent.waitFor(() => body.runs.length === Number(id))
      end()
      await agent.waitFor((state) => state.effects.length === 0)
    }
    const ended = events.filter((event) => event.kind === 'effect.ended')
    expect(ended.map(({ failed }) => failed)).toEqual([
      { error: { name: 'Error', message: 'no answer' } },
      {},
      undefined,
    ])
  })

  test('OBS-2 one that throws, one that rejects and one that never ends harm neither agents nor other observers', async () => {
    const events: RuntimeEvent[] = []
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    await using runtime = await createRuntime({
      store: memoryStore(),
      agents: [definition],
      observers: [
        () => {
          throw new Error('broken')
        },
        () => Promise.reject(new Error('broken too')),
        () => new Promise(() => {}),
        (event) => events.push(event),
      ],
    })
    const agent = await runtime.start(definition, { id: '1' })
    await agent.send({ type: 'note', text: 'a' })
    expect(kindsOf(events, 'recorded')).toEqual(['recorded', 'recorded'])
  })

  test('OBS-20 one that throws or rejects at every event is logged the 1st, 2nd, 4th, 8th … time', async () => {
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    const logged: unknown[] = []
    const log: Logger['log'] = (_level, message, facts) => logged.push([message, facts?.['observer'], facts?.['times']])
    await using runtime = await createRuntime({
      store: memoryStore(),
      agents: [definition],
      world: createWorld({ logger: { log } }),
      observers: [
        (event) => {
          if (event.kind === 'recorded') throw new Error('broken')
        },
        async (event) => {
          if (event.kind === 'recorded') throw new Error('broken too')
        },
      ],
    })
    const agent = await runtime.start(definition, { id: '1' })
    agent.subscribe(() => {
      throw new Error('broken')
    })
    for (let note = 1; note <= 19; note++) await agent.send({ type: 'note', text: 'a' })
    await settle()
    const times = (message: string, observer?: number): unknown[] =>
      logged.flatMap((line) => {
        const [text, who, count] = line as unknown[]
        return text === message && who === observer ? [count] : []
      })
    expect(times('an observer threw', 0)).toEqual([1, 2, 4, 8, 16])
    expect(times('an observer threw', 1)).toEqual([1, 2, 4, 8, 16])
    expect(times('a subscriber of work-1 threw')).toEqual([1, 2, 4, 8, 16])
  })

  test('OBS-3 one that waits gets every event in order once it goes on', async () => {
    const seen: string[] = []
    let goOn: () => void = () => {}
    const first = new Promise<void>((resolve) => (goOn = resolve))
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    await using runtime = await createRuntime({
      store: memoryStore(),
      agents: [definition],
      observers: [
        (event) => {
          if (event.kind !== 'recorded') return undefined
          seen.push(String(event.revision))
          return event.revision === 0n ? first : undefined
        },
      ],
    })
    const agent = await runtime.start(definition, { id: '1' })
    await agent.send({ type: 'note', text: 'a' })
    await agent.send({ type: 'note', text: 'b' })
    expect(seen).toEqual(['0'])
    goOn()
    await expect.poll(() => seen).toEqual(['0', '1', '2'])
  })

  test('OBS-4 the way of an agent that is taken up is told phase by phase', async () => {
    const log = memoryLog()
    const definition = workAgent({ body: controlledBody().body })
    {
      await using runtime = await createRuntime({ store: memoryStore(log), agents: [definition] })
      await runtime.start(definition, { id: '1' })
    }
    const steps: string[] = []
    await using runtime = await createRuntime({
      store: memoryStore(log),
      agents: [definition],
      observers: [
        (event) => {
          if (event.kind === 'loading') steps.push(event.what)
          if (event.kind === 'recovery') steps.push(event.step)
        },
      ],
    })
    await runtime.recovered
    expect(steps.slice(0, 6)).toEqual(['snapshot', 'records', 'checking', 'claiming', 'resuming', 'running'])
  })
})

describe('a logger', () => {
  const throwing = (): never => {
    throw new Error('no space left on device')
  }

  test.each<readonly [string, () => unknown]>([
    ['throws', throwing],
    ['rejects', async () => throwing()],
  ])('OBS-9 that %s harms no agent, and its lines are on stderr', async (_how, log) => {
    const lines: unknown[] = []
    const printed = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
    onTestFinished(() => printed.mockRestore())
    const unhandled: unknown[] = []
    const listener = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', listener)
    onTestFinished(() => void process.off('unhandledRejection', listener))
    const body = controlledBody()
    const onOutcome = (): never => {
      throw new Error('an action threw')
    }
    const definition = workAgent({ body: body.body, onOutcome })
    const world = createWorld({ logger: { log } })
    await using runtime = await createRuntime({ store: memoryStore(), agents: [definition], world })
    const agent = await runtime.start(definition, { id: '1' })
    await agent.waitFor(() => body.runs.length === 1)
    body.last.resolve('done')
    await agent.waitFor(({ condition }) => condition === 'blocked', { whenBlocked: 'wait' })
    await agent.cancel()
    expect(agent.getSnapshot().status).toBe('stopped')
    await expect.poll(() => lines).toEqual([expect.stringContaining('refold: error: work-1 is blocked')])
    expect(unhandled).toEqual([])
  })
})
