/** The same again: judged on what a caller gave, not on what a schema made of it. */
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { givenHash } from '../definition/given.js'
import { headerOf } from '../record/header.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'

let times = 0
const noted = (tone: string) =>
  defineAgent({
    name: 'noted',
    version: 1,
    input: z.object({ topic: z.string(), tone: z.string().default(tone), nonce: z.number().default(() => ++times) }),
    events: {
      note: z.object({
        text: z.string(),
        nonce: z.number().default(() => ++times),
      }),
    },
    machine: setup({
      types: {
        input: {} as { topic: string; tone: string; nonce: number },
        context: {} as { notes: number },
        events: {} as { type: 'note'; text: string; nonce: number },
      },
    }).createMachine({
      context: { notes: 0 },
      on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
    }),
  })
const agent = noted('plain')

async function givenIn(log: MemoryLog): Promise<(string | undefined)[]> {
  const given: (string | undefined)[] = []
  for await (const page of memoryStore(log).read('noted-1'))
    for (const { metadata } of page) given.push(headerOf(metadata)?.given)
  return given
}

test('REC-12 a start with defaults that differ is the same start, in another release too', async () => {
  const log = memoryLog()
  await using refold = await createRuntime({ store: memoryStore(log), agents: [agent] })
  const first = await refold.start(agent, { id: '1', input: { topic: 'whales' } })
  const again = await refold.start(agent, { id: '1', input: { topic: 'whales' } })
  expect(again.getSnapshot().revision).toBe(first.getSnapshot().revision)
  await using later = await createRuntime({ store: memoryStore(log), agents: [noted('warm')], worker: false })
  await later.start(noted('warm'), { id: '1', input: { topic: 'whales' } })
  for (const input of [{ topic: 'sharks' }, { topic: 'whales', tone: 'plain' }])
    await expect(refold.start(agent, { id: '1', input })).rejects.toMatchObject({ code: 'ID_REUSED' })
  expect(await givenIn(log)).toEqual([givenHash({ topic: 'whales' }, { parsed: null })])
})

test('REC-12 an event with its caller’s id is the same event by what was given', async () => {
  const log = memoryLog()
  await using refold = await createRuntime({ store: memoryStore(log), agents: [agent] })
  const held = await refold.start(agent, { id: '1', input: { topic: 'whales' } })
  const note = { type: 'note', text: 'x' } as never // JavaScript may leave out what has a default
  const [one] = [await held.send(note, { id: 'n' }), await held.send({ text: 'x', type: 'note' } as never, { id: 'n' })]
  expect(one.context.notes).toBe(1)
  expect(held.getSnapshot().context.notes).toBe(1)
  for (const other of [{ type: 'note', text: 'y' } as never, { type: 'note', text: 'x', nonce: 2 } as const])
    await expect(held.send(other, { id: 'n' })).rejects.toMatchObject({ code: 'ID_REUSED' })
  await held.send(note)
  const [, given, none] = await givenIn(log)
  expect(given).toBe(givenHash(note, { parsed: null }))
  expect(none).toBeUndefined()
})

test('the hash is of canonical JSON: the order of keys and absent members do not count', () => {
  const hash = (given: unknown, parsed: null | string = null): string => givenHash(given, { parsed })
  expect(hash({ a: 1, b: { c: 2, d: [] } })).toMatch(/^[0-9a-f]{32}$/)
  expect(hash({ b: { d: [], c: 2 }, a: 1, x: undefined })).toBe(hash({ a: 1, b: { c: 2, d: [] } }))
  expect(hash(undefined)).toBe(hash(null))
  expect(hash([1, 2])).not.toBe(hash([2, 1]))
})

test('what is no JSON counts as what its schema makes of it', () => {
  expect(givenHash(new Date(0), { parsed: 'x' })).toBe(givenHash('x', { parsed: null }))
})
