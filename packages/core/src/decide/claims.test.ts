/** What the death of owners says of an agent, and for how long. */
import { describe, expect, test } from 'vitest'
import { controlledBody } from '../api/controlled-body.fixture.js'
import { workAgent } from '../api/work-agent.fixture.js'
import { Decider } from './decider.fixture.js'

describe('OWN-34 an agent that ends while it is suspected', () => {
  test.each([
    ['stopped', { kind: 'cancel', deadlineMs: 0 }],
    ['done', { kind: 'event', event: { type: 'finish' } }],
  ] as const)('OWN-34 is suspected no more: %s', (_status, end) => {
    const decider = Decider.started(workAgent({ body: controlledBody().body }))
    decider.outside({ kind: 'claimed', worker: 'second', previous: 'owner', died: true })
    decider.outside({ kind: 'claimed', worker: 'third', previous: 'second', died: true })
    expect(decider.records.at(-1)?.metadata.refold.condition).toBe('suspected')
    decider.outside(end)
    expect(decider.records.at(-1)?.metadata.refold.condition).toBe('running')
  })
})
