/** Events for the contract: with ids of their own, and shaped as agents write them. */
import { randomUUID } from 'node:crypto'
import type { JsonObject, JsonValue, NewEvent } from '@refold/core'

/** A plain event, as any program may append it. */
export function plainEvent(data: JsonValue = null, { type = 'noted' }: { readonly type?: string } = {}): NewEvent {
  return { id: randomUUID(), type, data, metadata: {} }
}

/** So many plain events, numbered in their data. */
export function plainEvents(count: number): readonly NewEvent[] {
  return Array.from({ length: count }, (_, index) => plainEvent({ index }))
}

/** A record of an agent; `header` is what the directory reads, beside what every header has. */
export function agentRecord(agent: string, header: JsonObject = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'refold.effect.done',
    data: { src: 'draft', output: { text: 'a whale' } },
    metadata: {
      $correlationId: randomUUID(),
      refold: {
        v: 0,
        agent,
        at: 1_790_000_000_000,
        input: { kind: 'effect.done', to: '0', effect: '0.1' },
        ...header,
        body: { patch: [] },
      },
    },
  }
}

/** JSON that has gone wrong in one store or another. */
export const awkwardJson: readonly JsonValue[] = [
  null,
  false,
  0,
  -1.5e-300,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  'null',
  '0.1',
  '\u0000\u0001\u001f"\\/\n\r\t\u2028',
  '𝒲hales 🐋 ж ÿ',
  '\ud800 alone',
  [],
  {},
  [[], {}, [null, [{}]]],
  { '': '', ' ': ' ', 'a/b~c': '/', '~0': '~1', '@': '@', '?': '?', '=': '=', '^': '^' },
  { z: 1, a: 2, 10: 'ten', 9: 'nine', m: { z: 1, a: 2 } },
  { src: 'x' },
  { src: 'x', output: null },
  { src: 'x', output: { src: 'x', kind: 'y', type: 'z' }, attempt: 2 },
  { output: [1, 2], src: 'x' },
  { src: 5, output: '0' },
  { id: '0.1', ids: ['0.1', '0.t1', '1.0', '0.'] },
]
