/** A store that is put back under a running process, and has grown again: what was decided on what is gone counts nowhere. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { outcomeOf, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const FATAL = { code: 'STORE_FATAL', hint: expect.stringContaining('start them again') }

test.each(['shorter', 'as long', 'longer'] as const)(
  'RCV-31 a stream that was put back, and is now %s, takes nothing of a process that had read more of it',
  async (what) => {
    const log = memoryLog()
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    const { runtime } = await startProcess({ log, agents: [definition] })
    const agent = await runtime.start(definition, { id: '1' })
    await agent.send({ type: 'note', text: 'kept' })
    await agent.send({ type: 'note', text: 'lost' })
    putBack(log, 'work-1', { records: 2 })
    const other = await startProcess({ log, worker: false, agents: [definition] })
    const restored = await other.runtime.attach(definition, '1')
    const more = { shorter: [], 'as long': ['a'], longer: ['a', 'b', 'c'] }[what]
    for (const text of more) await restored.send({ type: 'note', text })
    expect(await outcomeOf(agent.send({ type: 'note', text: 'fooled' }))).toMatchObject({ error: FATAL })
    await settle()
    expect(restored.getSnapshot().context.notes).toEqual(['kept', ...more])
    const again = await runtime.attach(definition, '1')
    expect(again.getSnapshot().context.notes).toEqual(['kept', ...more])
    expect((await again.send({ type: 'note', text: 'on' })).context.notes.at(-1)).toBe('on')
  },
)

/** As a backup does: the stream has only its first records. */
function putBack(log: MemoryLog, stream: string, { records }: { readonly records: number }): void {
  log.streams.get(stream)?.splice(records)
}
