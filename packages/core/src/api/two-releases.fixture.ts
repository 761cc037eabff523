/** Workers of two releases under one version: an agent of the old one, which the new one's process has in the hand too. */
import type { AgentDefinition } from '../definition/agent-types.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

/** Only the new chart knows the mode `held`, to which `hold` leads there. */
export const modeOf = (isNew: boolean) => ({
  initial: 'normal' as const,
  on: { hold: isNew ? '.held' : '.normal' } as { hold: '.normal' },
  states: { normal: {}, ...(isNew ? { held: {} } : {}) },
})

export async function besideEachOther<D extends AgentDefinition>(release: (isNew: boolean) => D) {
  const [log, time] = [memoryLog(), new ManualTime()]
  const [old, young] = [release(false), release(true)]
  const owner = await startProcess({ log, time, agents: [old] })
  await owner.runtime.start(old, { id: '1' } as never) // without an input
  await settle()
  const next = await startProcess({ log, time, agents: [young] })
  const agent = await next.runtime.attach(young, '1')
  return { log, time, owner, next, agent }
}
