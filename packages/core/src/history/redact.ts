/**
 * Which fields of a record are secret, by the charts that are stored beside the agents, and the record without their values.
 * What a codec encoded stays as it is: without its key it tells nothing.
 */
import { RefoldError } from '../errors.js'
import { isJsonArray, isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue, PatchOperation } from '../json/json-value.js'
import { ownMember } from '../json/own-member.js'
import { parsePointer } from '../json/pointer.js'
import { readChart } from '../log/charts.js'
import { headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { Revision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import type { HistorySource } from './history-types.js'
import { SecretValues } from './secret-values.js'
import { changedInBody, changedInData, changedInPatch } from './user-values.js'

/** As `schemasAsJson` writes it into a chart. */
interface Secrets {
  readonly input?: readonly string[]
  readonly events?: { readonly [type: string]: readonly string[] }
  readonly outputs?: { readonly [src: string]: readonly string[] }
}

/** The records of some streams, first noted, all of them, then given without what was noted. */
export class Redaction {
  readonly #source: Pick<HistorySource, 'read'>
  readonly #charts = new Map<string, Secrets>()
  readonly #names = new Set<string>()
  readonly #values = new SecretValues(this.#names)
  /** Of each stream, in the order of its records, as far as it was noted. */
  readonly #fingerprints = new Map<string, Chart[]>()

  constructor(source: Pick<HistorySource, 'read'>) {
    this.#source = source
  }

  /** A chart of what was noted says that some field is secret. */
  get hasSecrets(): boolean {
    return [...this.#charts.values()].some(({ input = [], events = {}, outputs = {} }) =>
      [input, ...Object.values(events), ...Object.values(outputs)].some(({ length }) => length > 0),
    )
  }

  /** In the order of its stream. Throws `NOT_FOUND` where the chart is not stored that says what is secret. */
  async note(event: StoredEvent): Promise<void> {
    const header = headerOf(event.metadata)
    if (header === undefined) return
    this.#place(event, header)
    if (isSealed(header)) return
    const secrets = await this.#secretsAt(event, header)
    for (const { value, pointers } of fieldsOf(event, secrets)) this.#values.note(value, pointers)
  }

  /** The same, and no value of the user's that is equal to a short secret: its own fields are not all where it stands. */
  async withoutWholes(event: StoredEvent): Promise<StoredEvent> {
    const redacted = await this.without(event)
    const header = headerOf(event.metadata)
    if (header === undefined || isSealed(header)) return redacted
    const { refold, ...metadata } = redacted.metadata as { readonly refold: JsonObject }
    const { by, reason, body } = refold
    const without = {
      ...refold,
      ...(typeof by === 'string' ? { by: this.#whole(by) } : undefined),
      ...(typeof reason === 'string' ? { reason: this.#whole(reason) } : undefined),
      ...(isJsonObject(body) ? { body: this.#bodyWithoutWholes(body) } : undefined),
    }
    const data = changedInData(event.type, redacted.data, this.#whole)
    return { ...redacted, data, metadata: { ...metadata, refold: without } }
  }

  readonly #whole = (value: string | number): string | number => this.#values.withoutWhole(value)

  #bodyWithoutWholes(body: JsonObject): JsonObject {
    const { patch } = body
    const operations = isJsonArray(patch) ? (patch as unknown as readonly PatchOperation[]) : []
    const changed = operations.map((operation) =>
      'value' in operation
        ? { ...operation, value: changedInPatch(parsePointer(operation.path), operation.value, this.#whole) }
        : operation,
    )
    return { ...changedInBody(body, this.#whole), patch: changed }
  }

  /** After all were noted. */
  async without(event: StoredEvent): Promise<StoredEvent> {
    const header = headerOf(event.metadata)
    const values = this.#values
    if (header === undefined)
      return { ...event, data: values.without(event.data), metadata: values.without(event.metadata) }
    if (isSealed(header)) return event
    const [field] = fieldsOf(event, await this.#secretsAt(event, header))
    const pointers = field === undefined ? [] : field.pointers.map((pointer) => field.at + pointer)
    const { given: _given, ...rest } = header as unknown as JsonObject // a hash tells a value that can be guessed
    const refold = {
      ...rest,
      ...this.#noted(header),
      ...(isJsonObject(rest['body']) ? { body: this.#body(rest['body']) } : undefined),
    }
    const metadata = { ...(event.metadata as JsonObject), refold }
    return { ...event, data: values.without(event.data, pointers), metadata }
  }

  /** Any value without what was noted, but where it stands in its own field. */
  hide(value: JsonValue): JsonValue {
    return this.#values.without(value)
  }

  /** A JSON pointer without what was noted. */
  hideInPointer(pointer: string): string {
    return this.#values.withoutIn(pointer)
  }

  #place({ stream, revision }: StoredEvent, { fingerprint }: RecordHeader): void {
    if (fingerprint === undefined) return
    const charts = this.#fingerprints.get(stream) ?? []
    if (charts.length === 0) this.#fingerprints.set(stream, charts)
    if (revision > (charts.at(-1)?.since ?? -1n)) charts.push({ since: revision, fingerprint })
  }

  /** What people wrote, and the hash of what they approved. */
  #noted({ by, reason, approved }: RecordHeader): JsonObject {
    return {
      ...(by === undefined ? undefined : { by: this.#values.without(by) }),
      ...(reason === undefined ? undefined : { reason: this.#values.without(reason) }),
      ...(approved === undefined ? undefined : { approved: { ...approved, payloadHash: '[secret]' } }),
    }
  }

  #body({ patch, ...rest }: JsonObject): JsonObject {
    const operations = isJsonArray(patch) ? (patch as unknown as readonly PatchOperation[]) : []
    const changed = operations.map((operation) => ({
      ...operation,
      path: this.#values.withoutIn(operation.path),
      ...('from' in operation ? { from: this.#values.withoutIn(operation.from) } : undefined),
      ...('value' in operation ? { value: this.#values.without(operation.value) } : undefined),
    }))
    return { patch: changed, ...(this.#values.without(rest) as JsonObject) }
  }

  async #secretsAt({ stream, revision }: StoredEvent, { agent }: RecordHeader): Promise<Secrets> {
    const fingerprint = this.#fingerprints.get(stream)?.findLast(({ since }) => since <= revision)?.fingerprint
    if (fingerprint === undefined) return {} // no record of an agent came before it: it does not fold either
    const known = this.#charts.get(fingerprint)
    if (known !== undefined) return known
    const chart = await readChart(this.#source, fingerprint)
    if (chart === undefined)
      throw new RefoldError(
        'NOT_FOUND',
        `the chart of ${agent} is not there: which of its fields are secret is not known`,
        {
          hint: 'A worker stores it when an agent of the definition begins, or is next moved. Until then it can be read only with what is secret: --show-secrets, of an export without --redact.',
          facts: { stream, fingerprint },
        },
      )
    for (const name of namesIn(chart['schemas'])) this.#names.add(name)
    const secrets = (chart['secrets'] ?? {}) as Secrets
    this.#charts.set(fingerprint, secrets)
    return secrets
  }
}

interface Chart {
  readonly since: Revision
  readonly fingerprint: string
}

interface Field {
  readonly value: JsonValue | undefined
  /** Where it stands in the payload. */
  readonly at: string
  readonly pointers: readonly string[]
}

function isSealed(header: RecordHeader): boolean {
  return 'codecs' in header
}

/** The part of a payload that has a schema. */
function fieldsOf({ type, data }: StoredEvent, { input, events, outputs }: Secrets): readonly Field[] {
  const payload = isJsonObject(data) ? data : {}
  if ((type === 'refold.started' || type === 'refold.forked') && input !== undefined)
    return [{ value: payload['input'], at: '/input', pointers: input }]
  const { src } = payload
  const ofOutput = type === 'refold.effect.done' ? outputPointers(src, outputs) : undefined
  if (ofOutput !== undefined) return [{ value: payload['output'], at: '/output', pointers: ofOutput }]
  const ofEvent = type.startsWith('refold.') ? undefined : ownMember(events ?? {}, type)
  return ofEvent === undefined ? [] : [{ value: data, at: '', pointers: ofEvent }]
}

/** Of an outcome that came after its effect was gone no one knows the source: all of it may be secret. */
function outputPointers(src: JsonValue | undefined, outputs: Secrets['outputs']): readonly string[] | undefined {
  if (typeof src === 'string') return ownMember(outputs ?? {}, src)
  return Object.values(outputs ?? {}).some(({ length }) => length > 0) ? [''] : undefined
}

/** Names of members that the schemas say. */
function namesIn(schema: JsonValue | undefined): readonly string[] {
  if (isJsonArray(schema)) return schema.flatMap(namesIn)
  if (!isJsonObject(schema)) return []
  const { properties } = schema
  const own = isJsonObject(properties) ? Object.keys(properties) : []
  return [...own, ...Object.values(schema).flatMap(namesIn)]
}
