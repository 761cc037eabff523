/** Whether a schema and the machine's type describe the same values, and what the compiler shows when they do not. */
import type { EventObject } from 'xstate'
import type { $ZodType } from 'zod/v4/core'
import type { NotJson, NotSerializable } from './json-path.js'
import type { OfType, Payload, Untyped } from './machine-types.js'

/** Any schema of zod 4, full or mini. */
export type Schema = $ZodType
/** What a schema gives. */
export type SchemaOutput<S> = S extends { _zod: { output: infer O } } ? O : never
/** What a schema takes: members with a default may be missing. */
export type SchemaInput<S> = S extends { _zod: { input: infer I } } ? I : never

/** What the compiler shows when a schema and the machine's type differ: both sides and nothing else. */
export interface SchemaDiffers<MachineWants, SchemaGives> {
  machine: MachineWants
  schema: SchemaGives
}
/** What the compiler shows for a schema under a name that is no event of the machine. */
export interface NotAnEvent<Type, MachineEvents> {
  is: Type
  not: MachineEvents
}

/** The schema's type itself when what it takes and gives can be stored. */
export type JsonSchema<S, At extends string> = [NotJson<SchemaInput<S> | SchemaOutput<S>, At>] extends [never]
  ? S
  : NotSerializable<NotJson<SchemaInput<S> | SchemaOutput<S>, At>>

/** They agree when neither can hold a value that the other refuses. */
export type Agreed<S, T, At extends string> = [S] extends [Schema]
  ? Untyped<T> extends true
    ? JsonSchema<S, At>
    : [SchemaOutput<S>] extends [Lax<T>]
      ? [Lax<T>] extends [Lax<SchemaInput<S>>]
        ? S
        : SchemaDiffers<T, SchemaInput<S>>
      : SchemaDiffers<T, SchemaOutput<S>>
  : Schema

/** What zod cannot say is no difference: `readonly`, and `?` without `undefined` (exactOptionalPropertyTypes). */
type Lax<T> = unknown extends T
  ? T
  : T extends Leaf
    ? T
    : { -readonly [K in keyof T]: Lax<T[K]> | ({} extends Pick<T, K> ? undefined : never) }
type Leaf = string | number | boolean | bigint | symbol | null | undefined | ((...args: any[]) => any)

/** `z.object({})` is `Record<string, never>` and adds nothing. */
type WithType<K, P> = string extends keyof P
  ? { type: K }
  : { [Q in keyof P | 'type']: Q extends 'type' ? K : P[Q & keyof P] }

/** The event union that a map of schemas describes, for `setup({ types: { events: {} as EventsFrom<typeof schemas> } })`. */
export type EventsFrom<S> = { [K in keyof S & string]: WithType<K, SchemaInput<S[K]>> }[keyof S & string]

/** No `events` in the definition: every event of the machine may come from outside, unchecked but for being JSON. */
export type OutsideEvent<E extends EventObject, S> = string extends keyof S
  ? E
  : string extends E['type']
    ? EventsFrom<S>
    : OfType<E, keyof S>

/** One schema per event that may come from outside. The second half is there for editors: it lists the machine's event types. */
export type EventSchemas<E extends EventObject, S> = {
  [K in keyof S]: K extends E['type']
    ? Agreed<S[K], Payload<OfType<E, K>>, `events.${K & string}`>
    : NotAnEvent<K, E['type']>
} & { [K in E['type']]?: unknown }
