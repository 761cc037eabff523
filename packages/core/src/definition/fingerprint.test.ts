/** What changes the fingerprint of a definition, and what does not. */
import { describe, expect, test } from 'vitest'
import { assign, fromPromise, setup } from 'xstate'
import { z } from 'zod'
import { defineAgent } from './define-agent.js'
import { describeDefinition } from './describe-definition.js'
import type { DefinitionDescription } from './describe-definition.js'
import { effect } from './effect.js'

interface Parts {
  readonly actors?: object
  readonly setup?: object
  readonly machine?: object
  /** Before and after the state that asks. */
  readonly first?: object
  readonly states?: object
  readonly asking?: object
  readonly invoke?: object
  readonly go?: object
  readonly input?: z.ZodType
  readonly event?: z.ZodType
  readonly policy?: object
  readonly approvals?: object
}

function record(parts: Parts = {}): DefinitionDescription {
  const kid = setup({}).createMachine({ id: 'kid', initial: 'on', states: { on: {} } })
  const machine = setup({
    actors: { draft: fromPromise(async () => 1), check: fromPromise(async () => 1), kid, ...parts.actors },
    actions: { notify: () => {}, tell: () => {} },
    guards: { isRich: () => true, isPoor: () => true },
    delays: { soon: 20, later: 30 },
    ...parts.setup,
  }).createMachine({
    id: 'm',
    context: {},
    initial: 'asking',
    states: {
      ...parts.first,
      asking: {
        invoke: { src: 'draft', id: 'it', onDone: 'done', ...parts.invoke },
        on: { go: { target: 'done', guard: 'isRich', actions: 'notify', ...parts.go } },
        after: { soon: 'done' },
        ...parts.asking,
      },
      done: {},
      ...parts.states,
    },
    ...parts.machine,
  } as never)
  const definition = defineAgent({
    name: 'agent',
    version: 1,
    machine: machine as never,
    input: (parts.input ?? z.object({ topic: z.string(), tone: z.string().optional() })) as never,
    events: { go: parts.event ?? z.object({ by: z.string() }) } as never,
    approvals: parts.approvals ?? {},
    effects: { draft: parts.policy ?? { output: z.object({ text: z.string() }) } },
  })
  return describeDefinition(definition)
}

const same = record()

describe('REC-14 the fingerprint changes', () => {
  const kid = setup({}).createMachine({ id: 'kid', initial: 'off', states: { off: {} } })
  test.each<[string, Parts]>([
    ['with a state', { states: { more: {} } }],
    ['with the initial state', { machine: { initial: 'done' } }],
    ['with the type of a state', { states: { done: { type: 'final' } } }],
    ['with an edge', { machine: { on: { back: '.asking' } } }],
    ['with a target', { go: { target: 'asking' } }],
    ['with a guard', { go: { guard: 'isPoor' } }],
    ['without a guard', { go: { guard: undefined } }],
    ['with an action of an edge', { go: { actions: 'tell' } }],
    ['with an action on entry', { asking: { entry: 'tell' } }],
    ['with an action on exit', { asking: { exit: 'tell' } }],
    ['with `reenter`', { go: { target: 'asking', reenter: true } }],
    ['with the source of an invocation', { invoke: { src: 'check' } }],
    ['with the id of an invocation', { invoke: { id: 'other' } }],
    ['with the delay of an `after`', { asking: { after: { later: 'done' } } }],
    ['with the milliseconds of a named delay', { setup: { delays: { soon: 21, later: 30 } } }],
    ['with a tag', { asking: { tags: ['busy'] } }],
    ['with a source', { actors: { more: fromPromise(async () => 1) } }],
    ['with a child machine', { actors: { kid } }],
    ['with the schema of the input', { input: z.object({ topic: z.string() }) }],
    ['with the schema of an event', { event: z.object({ by: z.string().max(9) }) }],
    ['with the schema of an output', { policy: { output: z.object({ text: z.string(), more: z.number() }) } }],
    ['with an event that needs an approval', { approvals: { go: () => 1 } }],
    ['with a field that is secret', { event: z.object({ by: z.string().meta({ secret: true }) }) }],
    ['with the order of states, by which edges are named', { first: { done: {} } }],
  ])('REC-14 %s', (_what, parts) => {
    expect(record(parts).fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(record(parts).fingerprint).not.toBe(same.fingerprint)
  })
})

describe('REC-14 the fingerprint does not change', () => {
  const asking = {
    on: { go: { actions: 'notify', guard: 'isRich', target: 'done', description: 'to riches' } },
    description: 'it asks',
  }
  test.each<[string, Parts]>([
    ['from one process to the next', {}],
    [
      'with descriptions and the order of keys of states, edges and invocations',
      { asking, invoke: { onDone: 'done', id: 'it', src: 'draft' } },
    ],
    ['with the order of what is set up', { setup: { delays: { later: 30, soon: 20 } } }],
    [
      'with the order of a schema’s fields, their titles and descriptions',
      {
        input: z
          .object({
            tone: z.string().optional().describe('how'),
            topic: z.string().meta({ title: 'Topic', examples: ['x'] }),
          })
          .describe('what is given'),
      },
    ],
    ['with bodies', { setup: { actions: { notify: () => 1, tell: () => 2 } } }],
    ['with inline functions', { policy: { output: z.object({ text: z.string() }), timeoutMs: 5 } }],
    ['with a default', { input: z.object({ topic: z.string(), tone: z.string().default('plain') }) }],
  ])('REC-14 %s', (_what, parts) => {
    expect(record(parts).fingerprint).toBe(same.fingerprint)
  })

  test('REC-14 but with the name of a field that is called like an annotation', () => {
    const named = (key: string): string => record({ input: z.object({ [key]: z.string() }) }).fingerprint
    expect(new Set(['description', 'title', 'enum', 'required'].map(named)).size).toBe(4)
    expect(named('title')).toBe(named('title'))
  })
})

describe('the chart of a definition', () => {
  test('REC-15 has the schemas of the input, the events and the outputs, and names their secret fields', () => {
    const machine = setup({
      types: { input: {} as { key: string }, context: {} as { n: number }, events: {} as { type: 'go'; pin: string } },
      actors: {
        draft: effect(async () => ({ token: 'x' }), { output: z.object({ token: z.string().meta({ secret: true }) }) }),
      },
    }).createMachine({ context: { n: 0 }, invoke: { src: 'draft' }, on: { go: { actions: assign({ n: 1 }) } } })
    const secret = z.string().meta({ secret: true })
    const definition = defineAgent({
      name: 'agent',
      version: 1,
      machine,
      input: z.object({ key: secret }),
      events: { go: z.object({ pin: secret }) },
    })
    const { chart } = describeDefinition(definition)
    const field = { type: 'string', secret: true }
    const object = (name: string): object => ({ type: 'object', properties: { [name]: field }, required: [name] })
    expect(chart).toMatchObject({
      schemas: { input: object('key'), events: { go: object('pin') }, outputs: { draft: object('token') } },
      secrets: { input: ['/key'], events: { go: ['/pin'] }, outputs: { draft: ['/token'] } },
    })
    expect(JSON.parse(JSON.stringify(chart))).toEqual(chart)
  })

  test('REC-15 says nothing of what was not given', () => {
    const definition = defineAgent({ name: 'agent', version: 1, machine: setup({}).createMachine({ id: 'm' }) })
    expect(describeDefinition(definition).chart).toEqual({ id: 'm', nodes: [{ id: 'm' }], edges: [] })
  })
})
