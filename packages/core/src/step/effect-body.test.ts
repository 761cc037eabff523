import { describe, expect, it } from 'vitest'
import { fromCallback, fromEventObservable, fromObservable, fromPromise, setup } from 'xstate'
import { started } from './tree-driver.fixture.js'
import type { TreeDriver } from './tree-driver.fixture.js'
import type { EffectHost, RunningEffect } from './tree-step.js'

interface Heard {
  readonly events: unknown[]
  readonly values: unknown[]
}

const agentWith = (logic: unknown, input?: unknown): TreeDriver =>
  started(
    setup({ actors: { work: logic as never } }).createMachine({
      invoke: { src: 'work', id: 'it', ...(input === undefined ? {} : { input: input as never }) },
    } as never),
  )

function run(agent: TreeDriver, patch: Partial<EffectHost> = {}): { running: RunningEffect; heard: Heard } {
  const heard: Heard = { events: [], values: [] }
  const host: EffectHost = {
    input: agent.state?.effects['0.0']?.input,
    signal: new AbortController().signal,
    key: 'key',
    attempt: 2,
    step: async (name, body) => body({ key: name, signal: new AbortController().signal }),
    progress: () => {},
    usage: () => {},
    event: (event) => void heard.events.push(event),
    next: (value) => void heard.values.push(value),
    ...patch,
  }
  const running = agent.tree().runEffect('0.0', host)
  if (running === undefined) throw new Error('no body was started')
  return { running, heard }
}

interface Observer {
  next: (value: unknown) => void
  error: (error: unknown) => void
  complete: () => void
}

describe('the body of a promise', () => {
  it('gets its input, the signal, and beside XState’s arguments its key, attempt, step and progress', async () => {
    const { signal } = new AbortController()
    const work = fromPromise(async ({ input, signal: given, ...rest }) => {
      const { refold } = rest as unknown as { refold: EffectHost }
      return [input, given === signal, refold.key, refold.attempt, await refold.step('s', ({ key }) => key)]
    })
    expect(await run(agentWith(work, { n: 1 }), { signal }).running.outcome).toEqual([{ n: 1 }, true, 'key', 2, 's'])
  })

  it('has an input of its own, which it may change', async () => {
    const agent = agentWith(
      fromPromise(async ({ input }) => (input as { list: number[] }).list.push(2)),
      { list: [1] },
    )
    await run(agent).running.outcome
    expect(agent.state?.effects['0.0']?.input).toEqual({ list: [1] })
  })

  it('that throws at once has failed', async () => {
    const work = fromPromise(() => {
      throw new Error('at once')
    })
    await expect(run(agentWith(work)).running.outcome).rejects.toThrow('at once')
  })

  it('sends to actors through the references in its input', async () => {
    const agent = agentWith(
      fromPromise(async ({ input }) =>
        (input as { parent: { send: (event: object) => void } }).parent.send({ type: 'HI' }),
      ),
      ({ self }: { self: unknown }) => ({ parent: self }),
    )
    expect(agent.state?.effects['0.0']?.input).toEqual({ parent: null })
    await run(agent).running.outcome
    expect(agent.sent).toEqual([{ to: '0', event: { type: 'HI' } }])
  })
})

describe('an effect that is over', () => {
  it('has no body to be started', () => {
    const agent = agentWith(fromPromise(async () => 1))
    agent.done('0.0', 1)
    expect(agent.tree().runEffect('0.0', {} as EffectHost)).toBeUndefined()
  })
})

describe('the body of a callback', () => {
  const calls: string[] = []
  const work = fromCallback<{ type: string }, unknown>(({ sendBack, receive }) => {
    sendBack({ type: 'FIRST' })
    receive((event) => sendBack({ type: `RE-${event.type}` }))
    return () => {
      calls.push('disposed')
      sendBack({ type: 'TOO LATE' })
    }
  })

  it('sends back, receives, and is disposed of; what it sends after that is dropped', () => {
    const { running, heard } = run(agentWith(work))
    running.deliver({ effect: '0.0', event: { type: 'PING' } })
    expect(running.stop()).toBeUndefined()
    running.deliver({ effect: '0.0', event: { type: 'PING' } })
    expect(heard.events).toEqual([{ type: 'FIRST' }, { type: 'RE-PING' }])
    expect(calls).toEqual(['disposed'])
  })

  it('that throws at once has failed', async () => {
    const work = fromCallback(() => {
      throw new Error('at once')
    })
    await expect(run(agentWith(work)).running.outcome).rejects.toThrow('at once')
  })

  it('EFF-369 that receives by an async function has failed with what that rejects with', async () => {
    const work = fromCallback(({ receive }) => {
      const listener = (): unknown => Promise.reject(new Error('in the listener'))
      receive(listener)
    })
    const { running } = run(agentWith(work))
    running.deliver({ effect: '0.0', event: { type: 'PING' } })
    await expect(running.outcome).rejects.toThrow('in the listener')
  })

  it('whose disposer throws has its error returned', () => {
    const error = new Error('cleanup')
    const work = fromCallback(() => () => {
      throw error
    })
    expect(run(agentWith(work)).running.stop()).toBe(error)
  })
})

describe('the body of an observable', () => {
  const source = (): { subscribable: object; observer: () => Observer; isOpen: () => boolean } => {
    let observer: Observer | undefined
    let open = false
    const subscribe = (given: Observer): object => {
      observer = given
      open = true
      return { unsubscribe: () => (open = false) }
    }
    return { subscribable: { subscribe }, observer: () => observer as Observer, isOpen: () => open }
  }

  it('gives values, then completes', async () => {
    const { subscribable, observer } = source()
    const { running, heard } = run(agentWith(fromObservable(() => subscribable as never)))
    observer().next(1)
    observer().next({ n: 2 })
    observer().complete()
    expect(heard).toEqual({ values: [1, { n: 2 }], events: [] })
    expect(await running.outcome).toBeUndefined()
  })

  it('gives events for the parent, or fails', async () => {
    const { subscribable, observer } = source()
    const { running, heard } = run(agentWith(fromEventObservable(() => subscribable as never)))
    observer().next({ type: 'TICK' })
    observer().error(new Error('broken'))
    expect(heard).toEqual({ values: [], events: [{ type: 'TICK' }] })
    await expect(running.outcome).rejects.toThrow('broken')
  })

  it('is unsubscribed from, and heard no more', () => {
    const { subscribable, observer, isOpen } = source()
    const { running, heard } = run(agentWith(fromObservable(() => subscribable as never)))
    running.stop()
    observer().next(1)
    expect([isOpen(), heard.values]).toEqual([false, []])
  })
})
