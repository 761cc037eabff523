/** What logs, `JSON.stringify` and `console.log` show of states and events. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import type { AgentDefinition, AgentTypes } from '../definition/agent-types.js'
import { defineAgent } from '../definition/define-agent.js'
import type { AgentEvent } from '../public/events.js'
import { FIRST_REVISION } from '../record/revision.js'
import { memoryStore } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createRuntime } from './create-runtime.js'
import { workAgent } from './work-agent.fixture.js'

async function begun() {
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const runtime = await createRuntime({ store: memoryStore(), agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  const events: AgentEvent<AgentTypes>[] = []
  agent.eventsFrom(FIRST_REVISION).subscribe((event) => events.push(event))
  await expect.poll(() => work.runs.length).toBe(1)
  return { runtime, agent, events, work }
}

describe('HIS-9 what is shown', () => {
  test('HIS-9 an event is JSON, its revision as text, and names its effect', async () => {
    const { runtime, agent, events, work } = await begun()
    const [{ effect } = { effect: '' }] = agent.getSnapshot().effects
    work.last.resolve('done')
    const find = () => events.find(({ type }) => type === 'refold.effect.done')
    await expect.poll(find).toBeDefined()
    const done = find()
    expect(done).toMatchObject({ effect })
    expect(JSON.parse(JSON.stringify(done))).toMatchObject({ revision: String(done?.revision), effect })
    await runtime.close()
  })

  test('HIS-9 a state shows its members where it is logged, and what has ended is not called running', async () => {
    const { runtime, agent } = await begun()
    const shown = inspect(agent.getSnapshot())
    expect(shown).not.toContain('[Getter')
    expect(shown).toContain("condition: 'running'")
    expect((await agent.cancel({ deadlineMs: 0 })).condition).toBe('ended')
    await runtime.close()
  })

  test('HIS-131 a past state that the chart lacks is shown without its tags', async () => {
    const [one, two] = ['open', 'begun'].map((name, index) => {
      const states = { [name]: { tags: ['waits'], meta: { since: 1 } } }
      const machine = setup({}).createMachine({ context: { cents: 5 }, initial: name, states })
      return defineAgent({ name: 'order', version: index + 1, machine })
    }) as [AgentDefinition, AgentDefinition]
    const runtime = await createRuntime({ store: memoryStore(), agents: [one, two] })
    await runtime.start(one, { id: '1' })
    const patch = [{ op: 'replace', path: '/root/value', value: 'begun' }] as const
    const agent = await runtime.migrate(two, '1', { patch })
    const past = await agent.stateAt(FIRST_REVISION)
    expect(JSON.parse(JSON.stringify(past))).toMatchObject({ value: 'open', context: { cents: 5 }, revision: '0' })
    expect(JSON.parse(JSON.stringify(past))).not.toHaveProperty('tags')
    expect(inspect(past)).toContain("value: 'open'")
    for (const ask of [() => past.tags, () => past.hasTag('waits'), () => past.getMeta(), () => past.toSnapshot()])
      expect(ask).toThrow(expect.objectContaining({ code: 'NEEDS_MIGRATION' }))
    expect(JSON.parse(JSON.stringify(agent.getSnapshot()))).toMatchObject({ value: 'begun', tags: ['waits'] })
    await runtime.close()
  })
})
