import { expect, test } from 'vitest'
import type { Input } from '../../decide/inputs.js'
import { InputQueue, MAX_QUEUE } from './input-queue.js'

test('SND-292 what actions send to actors while the store takes nothing is refused when too much of it waits, and taken again when there is room', () => {
  const queue = new InputQueue('work-1')
  const codes: string[] = []
  const told = { reject: ({ code }: { readonly code: string }) => void codes.push(code) }
  const input = { kind: 'actor.event', to: '0.0', event: { type: 'tick' } } as unknown as Input
  const add = (): boolean => queue.add({ input, worker: 'a' }, told)
  for (let index = 0; index < MAX_QUEUE; index++) expect(add()).toBe(true)
  expect(add()).toBe(false)
  expect(codes).toEqual(['QUEUE_FULL'])
  queue.take()
  expect(add()).toBe(true)
})
