/** What a custom action sends to an actor of its agent, in whatever process it runs. */
import { assign, sendParent, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outliveLease, startProcess, typesOf } from './process.fixture.js'

type Send = (send: () => void) => void

const child = setup({ types: { events: {} as { type: 'poke'; from: string } } }).createMachine({
  on: { poke: { actions: sendParent({ type: 'poked' }) } },
})

/** On `go` an action sends to the agent itself, and to its child, which answers. */
function definitionOf(when: Send = (send) => send()) {
  const machine = setup({
    types: { context: {} as { heard: string[] }, events: {} as { type: 'go' } | { type: 'again' } | { type: 'poked' } },
    actors: { child },
    actions: {
      tell: ({ self, system }) =>
        when(() => {
          self.send({ type: 'again' })
          ;(system.get('child') as { send(event: unknown): void }).send({ type: 'poke', from: 'action' })
        }),
    },
  }).createMachine({
    context: { heard: [] },
    invoke: { src: 'child', id: 'child', systemId: 'child' },
    on: {
      go: { actions: 'tell' },
      '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) },
    },
  })
  return defineAgent({ name: 'talker', version: 1, machine })
}

async function started(definition: ReturnType<typeof definitionOf>) {
  const log = memoryLog()
  const time = new ManualTime()
  const open = (worker?: false) =>
    startProcess({ log, time, agents: [definition], ...(worker === undefined ? {} : { worker }) })
  const process = await open()
  await process.runtime.start(definition, { id: '1' })
  return { log, time, open, process }
}

describe('RCV-16 what an action sends to an actor of its agent is an input, whatever process appended', () => {
  test('RCV-16 after a restart of an idle agent', async () => {
    const definition = definitionOf()
    const { log, open, process } = await started(definition)
    await process.runtime.close()
    const next = await open()
    const agent = await next.runtime.attach(definition, '1')
    await agent.send({ type: 'go' })
    await settle()
    expect(agent.getSnapshot().context.heard).toEqual(['again', 'poked'])
    const sent = ['refold.actor.event', 'refold.actor.event']
    expect(await typesOf(log, 'talker-1')).toEqual(['refold.started', 'go', ...sent])
  })

  test('RCV-16 in a process without effects, while the owner lives, and when it is dead', async () => {
    const definition = definitionOf()
    const { time, open, process } = await started(definition)
    const web = await open(false)
    const agent = await web.runtime.attach(definition, '1')
    await agent.send({ type: 'go' })
    await settle()
    expect(agent.getSnapshot().context.heard).toEqual(['again', 'poked'])
    process.die()
    await outliveLease(time)
    await agent.send({ type: 'go' })
    await settle()
    expect(agent.getSnapshot().context.heard).toEqual(['again', 'poked', 'again', 'poked'])
  })

  test('RCV-16 when the store refuses it for a moment: it is tried again', async () => {
    const definition = definitionOf((send) => {
      web.store.faults.push('rejected')
      send()
    })
    const { time, open } = await started(definition)
    const web = await open(false)
    const agent = await web.runtime.attach(definition, '1')
    await agent.send({ type: 'go' })
    await time.advance(1_000)
    expect(agent.getSnapshot().context.heard).toEqual(['again', 'poked'])
  })

  test('RCV-16 to an agent that has ended goes to the log', async () => {
    const late: (() => void)[] = []
    const definition = definitionOf((send) => late.push(send))
    const { open } = await started(definition)
    const web = await open(false)
    const agent = await web.runtime.attach(definition, '1')
    await agent.send({ type: 'go' })
    await agent.cancel()
    for (const send of late) send()
    await settle()
    expect(agent.getSnapshot().context.heard).toEqual([])
    expect(web.logged).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('was not taken') as string }),
    )
  })
})
