/** Those who begin to wait for an agent while their process closes. */
import { expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { settle } from './manual-time.fixture.js'
import { outcomeOf, startProcess } from './process.fixture.js'

const silent = defineAgent({ name: 'silent', version: 1, machine: createMachine({}) })
/** More than stay in memory. */
const OTHERS = 70

test.each(['done', 'waitFor'] as const)(
  'WRK-31 `%s` of an agent that is still being loaded hears that the runtime closed',
  async (how) => {
    let [isHeld, release] = [false, (): void => {}]
    const held = new Promise<void>((resolve) => (release = resolve))
    const { runtime } = await startProcess({
      log: memoryLog(),
      agents: [silent],
      prepare: ({ store }) => {
        const read = store.read.bind(store)
        store.read = async function* (stream, options) {
          yield* read(stream, options)
          if (isHeld && stream === 'silent-1') await held
        }
      },
    })
    const agent = await runtime.start(silent, { id: '1' })
    for (let other = 0; other < OTHERS; other++) await runtime.start(silent, { id: `other-${other}` })
    isHeld = true
    const wait = how === 'done' ? agent.done() : agent.waitFor(() => false)
    wait.catch(() => undefined)
    await settle()
    await runtime.close()
    release()
    expect(await outcomeOf(wait)).toMatchObject({ error: { code: 'CLOSED' } })
  },
)
