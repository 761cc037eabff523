/** The agent: the chart, its steps, and how they are performed. */
import { defineAgent } from '@refold/core'
import { z } from 'zod'
import { actorsWith } from './actors.js'
import type { Witness } from './actors.js'
import { Job, reviewMachine } from './machine.js'

/** The definition, with a witness that sees its bodies begin and end. */
export function reviewAgent(witness: Witness) {
  return defineAgent({
    name: 'review',
    version: 1,
    machine: reviewMachine.provide({ actors: actorsWith(witness) }),
    input: Job,
    events: { decide: z.object({ verdict: z.enum(['accept', 'reject']), by: z.string() }) },
    effects: { summary: { retry: { attempts: 3, delayMs: 500 }, timeoutMs: 120_000 } },
  })
}
