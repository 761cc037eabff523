/** Whether a schema and the machine's type describe the same values, and what the compiler shows when they do not. */
import type { EventObject } from 'xstate'
import type { $ZodType } from 'zod/v4/core'
import type { NotJson, NotSerializable } from './json-path.js'
import type { OfType, Payload, Shown, Untyped } from './machine-types.js'

/** Any schema of zod 4, full or mini. */
export type Schema = $ZodType
/** What a schema gives. */
export type SchemaOutput<S> = S extends { _zod: { output: infer O } } ? O : never
/** What a schema takes: members with a default may be missing. */
export type SchemaInput<S> = S extends { _zod: { input: infer I } } ? I : never

/** An event that may come before a state takes it. */
export interface EventOptions<S = Schema> {
  readonly schema: S
  /**
   * While no state takes the event it is kept, in the order of arrival, and decided when a later state does: `send` resolves,
   * and `state.deferred` lists it. At most 100 are kept of an agent. Default: false, it is refused.
   */
  readonly defer?: boolean
}
/** What a definition may say of an event. */
export type DeclaredEvent = Schema | EventOptions
/** The schema in it. */
type SchemaIn<D> = D extends Schema ? D : D extends { readonly schema: infer S } ? S : never

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
export type Lax<T> = unknown extends T
  ? T
  : T extends Leaf
    ? T
    : { -readonly [K in keyof T]: Lax<T[K]> | ({} extends Pick<T, K> ? undefined : never) }
type Leaf = string | number | boolean | bigint | symbol | null | undefined | ((...args: any[]) => any)

/** `z.object({})` is `Record<string, never>` and adds nothing. A union is one event for each of its members. */
type WithType<K, P> = [P] extends [never]
  ? { type: K }
  : P extends unknown
    ? string extends keyof P
      ? K extends P[keyof P & string]
        ? Typed<K, P>
        : { type: K }
      : Typed<K, P>
    : never
/** Keys that may be missing stay so. */
type Typed<K, P> = Shown<{ type: K } & { [Q in keyof P as Q extends 'type' ? never : Q]: P[Q] }>

/**
 * The event union that a map of schemas describes, for `setup({ types: { events: {} as EventsFrom<typeof schemas> } })`: each event as
 * the machine takes it, with defaults filled in.
 */
export type EventsFrom<S> = { [K in keyof S & string]: WithType<K, SchemaOutput<SchemaIn<S[K]>>> }[keyof S & string]
/** The same as a sender writes it: what has a default may be missing. */
export type SentEvents<S> = { [K in keyof S & string]: WithType<K, SchemaInput<SchemaIn<S[K]>>> }[keyof S & string]

/** No `events` in the definition: every event of the machine may come from outside, unchecked but for being JSON. */
export type OutsideEvent<E extends EventObject, S> = string extends keyof S
  ? E
  : string extends E['type']
    ? EventsFrom<S>
    : OfType<E, keyof S>

/** Those events as `send` takes them: the machine's own type, but where the schema takes more. */
export type SentEvent<E extends EventObject, S> = string extends keyof S
  ? E
  : string extends E['type']
    ? SentEvents<S>
    : { [K in keyof S & string]: SentAs<OfType<E, K>, K, SchemaInput<SchemaIn<S[K]>>> }[keyof S & string]
type SentAs<E, K, I> = [I] extends [Lax<Payload<E>>] ? E : WithType<K, I>

/** One schema per event that may come from outside. The second half is there for editors: it lists the machine's event types. */
export type EventSchemas<E extends EventObject, S> = {
  [K in keyof S]: K extends E['type']
    ? AgreedEvent<S[K], Payload<OfType<E, K>>, `events.${K & string}`>
    : NotAnEvent<K, E['type']>
} & { [K in E['type']]?: unknown }

type AgreedEvent<D, T, At extends string> = D extends Schema
  ? Agreed<D, T, At>
  : D extends { readonly schema: infer S }
    ? S extends Agreed<S, T, At>
      ? D & EventOptions
      : EventOptions<Agreed<S, T, At>>
    : DeclaredEvent

/** An event of a contract, whose type no machine says. */
export type JsonEvent<D, At extends string> = D extends { readonly schema: infer S }
  ? S extends JsonSchema<S, At>
    ? D & EventOptions
    : EventOptions<JsonSchema<S, At>>
  : JsonSchema<D, At>
