/** Agents whose machines hold machines without ids of their own: XState makes those of places, with dots. */
import { createWorker, defineAgent } from '@refold/core'
import type { Store } from '@refold/core'
import { setup } from 'xstate'

const inner = setup({}).createMachine({ initial: 'deep', states: { deep: { on: { dig: 'deeper' } }, deeper: {} } })
const middle = setup({ actors: { 'a/b': inner } }).createMachine({
  initial: 'm',
  states: { m: { invoke: { src: 'a/b' } } },
})

const nesting = defineAgent({
  name: 'nesting',
  version: 1,
  machine: setup({ actors: { middle } }).createMachine({
    initial: 'on',
    states: { on: { invoke: { src: 'middle' } } },
  }),
})

/** `nesting-1` and so on; closes the store. */
export async function makeNesting(store: Store, { agents }: { readonly agents: number }): Promise<void> {
  const worker = await createWorker({ store, agents: [nesting] })
  for (let number = 1; number <= agents; number++) await worker.start(nesting, { id: String(number) })
  await worker.close()
}
