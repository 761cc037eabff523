/** What is stored is JSON: types that the compiler takes as such, and those of which it says what is not. */
import { assign, fromPromise, setup } from 'xstate'
import type { ActorRefFrom } from 'xstate'
import { z } from 'zod'
import { agentContract, defineAgent, effect } from './api.js'
import type { EffectArgs, OutputOf } from './api.js'
import { toggler } from './examples.js'
import { expectType } from './expect-type.js'
import type { Equal } from './expect-type.js'

// ── what passes
interface Person {
  readonly name: string
  nick?: string
  age: number | undefined
  tags: readonly string[]
  place: [lat: number, long: number]
  more: Record<string, Person>
  boss: Person | null
  rest: unknown
}
type Level = 'low' | 'high'
type Branded = string & { readonly __brand: 'id' }
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
class Point {
  readonly x = 1
  readonly y = 2
}
declare const person: Person
declare const json: Json
declare const id: Branded

const outputs = {
  none: effect(async () => {}),
  never: effect(async (): Promise<never> => Promise.reject(new Error('no'))),
  text: effect(async () => 'done'),
  person: effect(async () => person),
  people: effect(async () => [person] as const),
  level: effect(async () => ({ level: 'high' as Level, id })),
  json: effect(async () => json),
  point: effect(async () => new Point()),
  any: effect(async () => JSON.parse('1')),
  unknown: effect<unknown>(async () => new Date()),
  stepped: effect(async ({ input, step }: EffectArgs<Person>) => step('once', async () => ({ input }))),
  nothing: effect(async ({ step }) => {
    await step('say', () => console.log('said'))
  }),
}
expectType<Equal<Awaited<ReturnType<typeof textOf>>, string>>()
async function textOf() {
  return outputOf(outputs.text)
}
declare function outputOf<O>(logic: { '~output'?: O } & ReturnType<typeof effect<O, unknown>>): O

/** A schema decides what comes: its type is known where the effect is made. */
function asking<S extends z.ZodType>(schema: S) {
  return effect(async ({ input, step }: EffectArgs<{ question: string }>) => {
    const answer = await step('ask', async () => schema.parse(input.question))
    return { answer }
  })
}
export const answering = defineAgent({
  name: 'answering',
  version: 1,
  machine: setup({
    types: {
      context: {} as { child: ActorRefFrom<typeof toggler.machine> | null; person: Person },
      output: {} as { answer: number },
    },
    actors: { ask: asking(z.number()), ...outputs },
  }).createMachine({
    context: { child: null, person },
    invoke: { src: 'ask', input: { question: '?' }, onDone: { actions: assign({}) } },
    output: { answer: 1 },
  }),
})
expectType<Equal<OutputOf<typeof answering>, { answer: number }>>()

// ── what does not
const now = new Date()
class Money {
  cents = 0
  plus(other: Money): number {
    return this.cents + other.cents
  }
}
// @ts-expect-error … is not assignable to type 'NotSerializable<"output">'
export const s1 = effect(async () => now)
// @ts-expect-error … is not assignable to type 'NotSerializable<"output.seen[].at">'
export const s2 = effect(async () => ({ seen: [{ at: now, by: 'ana' }] }))
// @ts-expect-error … 'NotSerializable<"output.ids" | "output.sizes" | "output.total">'
export const s3 = effect(async () => ({ ids: new Set(['a']), sizes: new Map([['a', 1]]), total: 10n }))
// @ts-expect-error … 'NotSerializable<"output.price.plus">': a class instance with methods
export const s4 = effect(async () => ({ price: new Money() }))
// @ts-expect-error … 'NotSerializable<"output.at">', also where it may be left out
export const s5 = effect(async (): Promise<{ at?: Date }> => ({}))
// @ts-expect-error … 'NotSerializable<"output.ref">': a reference cannot leave its agent
export const s11 = effect(async () => ({ ref: null as ActorRefFrom<typeof toggler.machine> | null }))
// @ts-expect-error … 'NotSerializable<"output.page" | "output.bytes" | "output.samples">', not members of theirs
export const s12 = effect(async () => ({
  page: null as URL | null,
  bytes: new ArrayBuffer(1),
  samples: new Float64Array(1),
}))
export const s6 = effect(async ({ step }) => {
  // @ts-expect-error … 'NotSerializable<"result.at">'
  await step('look', async () => ({ at: now }))
})
// @ts-expect-error … 'NotSerializable<"output">'
export const s7 = effect<Date>(async () => now)
const dates = fromPromise(async ({ input }: { input: { since: Date } }) => ({ until: input.since }))
const inner = setup({
  types: { context: {} as { ids: Set<string> }, input: {} as { cut: () => void } },
  actors: { dates, ask: asking(z.date()) },
}).createMachine({ context: { ids: new Set<string>() } })
export const s8 = defineAgent({
  name: 'outer',
  version: 1,
  // @ts-expect-error … 'NotSerializable<"input.at" | "effects.dates.input.since" | "actors.inner.context.ids" | …>'
  machine: setup({ types: { input: {} as { at: Date } }, actors: { dates, inner } }).createMachine({}),
})
const untyped = { name: 'untyped', version: 1, machine: toggler.machine } as const
// @ts-expect-error … 'NotSerializable<"input.at">'
export const s9 = defineAgent({ ...untyped, input: z.object({ at: z.date() }) })
// @ts-expect-error … 'NotSerializable<"events.seen.at">'
export const s10 = agentContract({ name: 'seer', events: { seen: z.object({ at: z.date() }) } })
