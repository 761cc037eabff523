/** Events that came early, and what encodes a store: both are part of what is decided again. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { createClient } from '../api/create-client.js'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { verifyHistory } from './verify-history.js'

/** `takenIn`: the state that takes a stamp. */
function letterOf(takenIn: 'draft' | 'review' | 'signed') {
  const stamp = (state: string) => (state === takenIn ? { on: { stamp: 'stamped' } } : {})
  const machine = setup({ types: { events: {} as { type: 'stamp' } | { type: 'next' } } }).createMachine({
    id: 'letter',
    initial: 'draft',
    states: {
      draft: { on: { ...stamp('draft').on, next: 'review' } },
      review: { on: { ...stamp('review').on, next: 'signed' } },
      signed: stamp('signed'),
      stamped: { type: 'final' },
    },
  })
  const events = { stamp: { schema: z.object({}), defer: true }, next: z.object({}) } as const
  return defineAgent({ name: 'letter', version: 1, machine: machine as never, events: events as never })
}

const turned = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => ~byte)
const turning = { name: 'turning', encode: (bytes: Uint8Array) => ({ bytes: turned(bytes) }), decode: turned }

/** A stamp that comes early, and is taken in the last state. */
async function stamped(codecs: readonly (typeof turning)[] = []) {
  const log = memoryLog()
  const definition = letterOf('signed')
  const client = await createClient({ store: memoryStore(log), agents: [definition], codecs })
  const agent = await client.start(definition, { id: '1' } as never)
  for (const type of ['stamp', 'next', 'next']) await agent.send({ type } as never)
  await client.close()
  return memoryStore(log)
}

test('VER-6 an early event that today is taken sooner, or later, is told where it happens', async () => {
  const store = await stamped()
  const differencesOf = async (takenIn: Parameters<typeof letterOf>[0]) =>
    (await verifyHistory(store, 'letter-1', { agents: [letterOf(takenIn)] })).differences.map(
      ({ revision, type, places: [place] }) => [revision, type, place?.kind],
    )
  expect(await differencesOf('signed')).toEqual([])
  expect(await differencesOf('review')).toEqual([
    [2, 'next', 'kept'],
    [4, 'refold.recalled', 'refused'],
  ])
  expect(await differencesOf('draft')).toEqual([
    [1, 'stamp', 'target'],
    [4, 'refold.recalled', 'refused'],
  ])
})

test('VER-11 what is encoded is verified with its codecs, and without them is told as unreadable', async () => {
  const store = await stamped([turning])
  const agents = [letterOf('signed')]
  expect(await verifyHistory(store, 'letter-1', { agents, codecs: [turning] })).toMatchObject({
    decided: 5,
    differing: 0,
  })
  expect(await verifyHistory(store, 'letter-1', { agents })).toMatchObject({
    decided: 0,
    trouble: { revision: 0, error: { code: 'UNREADABLE' } },
  })
})
