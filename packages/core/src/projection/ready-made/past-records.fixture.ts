/** A chat whose tools run at once, and records as other releases may have written them. */
import { assign, setup } from 'xstate'
import { defineAgent } from '../../definition/define-agent.js'
import { effect } from '../../definition/effect.js'
import type { EffectArgs } from '../../definition/effect-types.js'
import type { JsonObject } from '../../json/json-value.js'
import { toRevision, type Revision } from '../../record/revision.js'
import type { MemoryLog } from '../../store/memory-log.js'
import { memoryStore } from '../../store/memory-store.js'
import { createWorld } from '../../world/system-world.js'

export const quiet = createWorld({ logger: { log: () => {} } })

export interface Message {
  readonly role: 'user' | 'assistant' | 'tool'
  readonly content: string
  readonly calls?: readonly string[]
  readonly call?: string
}

const tool = effect(async ({ input }: EffectArgs<string>): Promise<Message> => {
  if (input.startsWith('bad')) throw new Error('no such tool')
  if (input.startsWith('slow')) return new Promise(() => {})
  return { role: 'tool', call: input, content: `found ${input}` }
})
/** Three tools at once: one finds something, one fails, one takes for ever. */
export const chat = defineAgent({
  name: 'chat',
  version: 1,
  machine: setup({
    types: { events: {} as { type: 'say'; text: string } | { type: 'call'; calls: string[] } },
    actors: { tool },
  }).createMachine({
    on: {
      say: { actions: assign({}) },
      call: { actions: assign({}) },
    },
    invoke: [
      { id: 'good', src: 'tool', input: 'good', onError: { actions: assign({}) } },
      { id: 'bad', src: 'tool', input: 'bad', onError: { actions: assign({}) } },
      { id: 'slow', src: 'tool', input: 'slow', onError: { actions: assign({}) } },
    ],
  }),
})

type PastRecord = readonly [type: string, at: number, data: JsonObject, header?: JsonObject]

/** Records as they stand in a stream, at these times. Answers where the last one is. */
export async function appendPast(
  log: MemoryLog,
  stream: string,
  records: readonly PastRecord[],
): Promise<{ readonly name: string; readonly id: string; readonly revision: Revision }> {
  const store = memoryStore(log)
  for (const [index, [type, at, data, header]] of records.entries()) {
    const input = { kind: type.replace('refold.', '') }
    const refold = { v: 0, agent: 'chat@1', at, input, body: { patch: [] }, ...header }
    const expected = index === 0 ? 'no_stream' : toRevision(index - 1)
    await store.append(stream, [{ id: quiet.newId(), type, data, metadata: { refold } }], { expected })
  }
  const [name = '', id = ''] = stream.split('-')
  return { name, id, revision: toRevision(records.length - 1) }
}
