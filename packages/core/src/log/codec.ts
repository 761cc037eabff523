/**
 * Codecs: what `data` and the body of a record, and a snapshot's state, look like at rest. Compression and encryption are
 * codecs. The header of a record stays readable without a key.
 *
 * Invariants: what is decoded is byte for byte what was encoded; an event is encoded once, so that a repeated append is
 * the identical one; what cannot be decoded is `UNREADABLE`, and that agent alone stands still.
 */
import { isRefoldError, RefoldError } from '../errors.js'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js'

/** What a codec may want to know of the bytes it is given. */
export interface CodecContext {
  /** The stream that they belong to. */
  readonly stream: string
  /** The event's id; of a snapshot, the id of the record that it stands on. */
  readonly id: string
  readonly kind: 'event' | 'snapshot'
}

/** Bytes as they are stored, and the id of the key that opens them, which will stand in the header. */
export interface Encoded {
  readonly bytes: Uint8Array
  readonly key?: string
}

/**
 * Turns bytes into bytes, and back. May be asynchronous, for keys that are kept elsewhere. What it throws while encoding
 * is `STORE_REJECTED` (surely not stored, tried again for outcomes), while decoding `UNREADABLE`. An error of decoding may say
 * more by its member `isRetryable`: `true`, as when a key server does not answer: it is `STORE_REJECTED` too, and tried again as a
 * store out of reach is; `false`, as when a key was destroyed (`TerminalError`): no one will ever read it, and those who follow many agents go on behind it.
 */
export interface Codec {
  /** Stands in the header of what it encoded: never give the name to another format. */
  readonly name: string
  encode(plain: Uint8Array, context: CodecContext): Encoded | Promise<Encoded>
  decode(encoded: Uint8Array, context: CodecContext & { readonly key?: string }): Uint8Array | Promise<Uint8Array>
}

/** What was done to a payload, in order, as the header says it. */
export interface SealMark {
  readonly name: string
  readonly key?: string
}

/** Encoded JSON: the text of the bytes, and how they came to be. */
export interface Sealed {
  readonly marks: readonly SealMark[]
  readonly text: string
}

/** Encodes JSON by each codec in turn. Throws `STORE_REJECTED` with what the codec threw. */
export async function seal(codecs: readonly Codec[], value: JsonValue, context: CodecContext): Promise<Sealed> {
  let bytes: Uint8Array = new TextEncoder().encode(JSON.stringify(value))
  const marks: SealMark[] = []
  for (const codec of codecs) {
    try {
      const { bytes: encoded, key } = await codec.encode(bytes, context)
      bytes = encoded
      marks.push(key === undefined ? { name: codec.name } : { name: codec.name, key })
    } catch (cause) {
      throw new RefoldError('STORE_REJECTED', `codec "${codec.name}" could not encode for ${context.stream}`, {
        cause,
        facts: { stream: context.stream, codec: codec.name },
      })
    }
  }
  return { marks, text: toBase64(bytes) }
}

/** Decodes in the reverse order. Throws `UNREADABLE` for an unknown codec, a missing key, or damaged bytes. */
export async function open(
  codecs: readonly Codec[],
  { marks, text }: Sealed,
  context: CodecContext,
): Promise<JsonValue> {
  try {
    let bytes: Uint8Array = fromBase64(text)
    for (const { name, key } of marks.toReversed()) {
      const codec = codecs.find((one) => one.name === name)
      if (codec === undefined) throw unknownCodec(name, context)
      bytes = await codec.decode(bytes, key === undefined ? context : { ...context, key })
    }
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as JsonValue // `seal` wrote it
  } catch (cause) {
    if (isRefoldError(cause, 'UNREADABLE')) throw cause
    const names = marks.map(({ name }) => name).join(', ')
    const isRetryable = isRetryableIn(cause)
    if (isRetryable === true) {
      throw new RefoldError('STORE_REJECTED', `what ${context.stream} holds could not be decoded for now (${names})`, {
        cause,
        facts: { stream: context.stream, event: context.id, codecs: names },
      })
    }
    throw new RefoldError('UNREADABLE', `what ${context.stream} holds could not be decoded (${names})`, {
      cause,
      facts: {
        stream: context.stream,
        event: context.id,
        codecs: names,
        ...(isRetryable === false ? GONE : undefined),
      },
      hint: 'Is the key there, and is it the one that the header names?',
    })
  }
}

const GONE = { gone: true } as const

/** Whether a codec said that this will never be decoded again. */
export function isGone({ code, facts }: RefoldError): boolean {
  return code === 'UNREADABLE' && facts['gone'] === true
}

/** What an error says of another try, if it says anything. */
function isRetryableIn(thrown: unknown): unknown {
  try {
    return (thrown as { readonly isRetryable?: unknown } | null | undefined)?.isRetryable
  } catch {
    return undefined // an accessor that throws says nothing
  }
}

/** The marks of a stored value; `undefined`: it is not encoded. */
export function marksOf(value: JsonValue | undefined): readonly SealMark[] | undefined {
  if (!isJsonArray(value) || value.length === 0) return undefined
  return value.every((mark) => isJsonObject(mark) && typeof mark['name'] === 'string')
    ? (value as unknown as readonly SealMark[])
    : undefined
}

/** The marks as JSON. */
export function marksToJson(marks: readonly SealMark[]): readonly JsonObject[] {
  return marks as unknown as readonly JsonObject[]
}

function unknownCodec(name: string, { stream, id }: CodecContext): RefoldError {
  return new RefoldError('UNREADABLE', `${stream} was encoded by "${name}", which is not among the codecs here`, {
    facts: { stream, event: id, codec: name },
    hint: 'Give the same codecs to every process: `createRuntime({ codecs })`.',
  })
}

/** In pieces, since a call takes only so many arguments. */
function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return btoa(text)
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
