/** An agent with as many records as are wanted: the first ones are real, the others say the same with other numbers. */
import { randomUUID } from 'node:crypto'
import { createRuntime, defineAgent } from '@refold/core'
import type { Store } from '@refold/core'
import { toRevision } from '@refold/core/store'
import type { JsonObject, NewEvent, StoredEvent } from '@refold/core/store'
import { assign, setup } from 'xstate'

type Counted = { type: 'add'; amount: number; note: string }

const counter = defineAgent({
  name: 'counter',
  version: 1,
  machine: setup({
    types: { context: {} as { total: number; note: string }, events: {} as Counted },
  }).createMachine({
    context: { total: 0, note: '' },
    initial: 'even',
    on: { add: { actions: assign({ total: ({ event }) => event.amount, note: ({ event }) => event.note }) } },
    states: { even: {}, odd: {} },
  }),
})

const PAGE = 500

/** `counter-1`; its total is always the revision, but for the first ones. */
export async function liveLong(open: () => Store, records: number): Promise<void> {
  const runtime = await createRuntime({ store: open(), agents: [counter] })
  const agent = await runtime.start(counter, { id: '1' })
  await agent.send({ type: 'add', amount: 1, note: 'the note of 1' })
  await runtime.close()
  const store = open()
  const recorded: StoredEvent[] = []
  for await (const page of store.read('counter-1')) recorded.push(...page)
  const like = recorded.find(({ type }) => type === 'add')
  if (like === undefined) throw new Error('nothing was recorded')
  for (let next = recorded.length; next < records; next += PAGE) {
    const count = Math.min(PAGE, records - next)
    const events = Array.from({ length: count }, (_, index) => recordLike(like, next + index))
    await store.append('counter-1', events, { expected: toRevision(next - 1) })
  }
  await store.close()
}

function recordLike({ type, metadata }: StoredEvent, revision: number): NewEvent {
  const id = randomUUID()
  const header = (metadata as { readonly refold: JsonObject }).refold
  const patch = [
    { op: 'replace', path: '/state/root/context/total', value: revision },
    { op: 'copy', from: '/data/note', path: '/state/root/context/note' },
  ]
  return {
    id,
    type,
    data: { amount: revision, note: `the note of ${revision}` },
    metadata: {
      $correlationId: id,
      refold: {
        ...header,
        at: (header['at'] as number) + revision,
        body: { ...(header['body'] as JsonObject), patch },
      },
    },
  }
}
