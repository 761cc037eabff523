/** An export of agents that go on meanwhile. */
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { memoryStore } from '../store/memory-store.js'
import { exportStreams } from './export-streams.js'
import type { HistorySource } from './history-types.js'
import { openExport } from './open-export.js'

/** An agent that greets another one, and what the other one has heard. */
const peer = defineAgent({
  name: 'peer',
  version: 1,
  machine: setup({ types: { context: {} as { heard: number[] } } }).createMachine({
    context: { heard: [] },
    on: {
      greet: {
        actions: sendToAgent(
          { agent: { name: 'peer' } as never, id: '1' },
          ({ event }) => ({ type: 'hello', n: event['n'] }) as never,
        ),
      },
      hello: { actions: assign({ heard: ({ context, event }) => [...context.heard, event['n'] as number] }) },
    },
  }),
})

test('HIS-68 an export while agents go on has all of them as they were at one moment', async () => {
  const store = memoryStore()
  await using refold = await createRuntime({ store, agents: [peer] })
  const receiver = await refold.start(peer, { id: '1' })
  const sender = await refold.start(peer, { id: '2' })
  await refold.start(peer, { id: 'between' })
  const greet = async (n: number): Promise<void> => {
    await sender.send({ type: 'greet', n })
    await receiver.waitFor(({ context }) => context.heard.includes(n))
    const acknowledged = async (): Promise<number> => (await typesOf(store, 'peer-2')).filter(isAcknowledgement).length
    await expect.poll(acknowledged).toBe(n)
  }
  await greet(1)
  const lines: string[] = []
  for await (const line of exportStreams(store, ['peer-1', 'peer-between', 'peer-2'])) {
    lines.push(line)
    if (line.includes('peer-between')) await greet(2) // all of the receiver is written
  }
  const file = await openExport(new Blob(lines))
  expect(await typesOf(file, 'peer-1')).toEqual(['refold.started', 'hello'])
  expect(await typesOf(file, 'peer-2')).toEqual(['refold.started', 'greet', 'refold.message.acknowledged'])
})

const isAcknowledgement = (type: string): boolean => type === 'refold.message.acknowledged'

async function typesOf(source: HistorySource, stream: string): Promise<readonly string[]> {
  const types: string[] = []
  for await (const page of source.read(stream)) types.push(...page.map(({ type }) => type))
  return types
}
