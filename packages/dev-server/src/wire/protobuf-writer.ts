/**
 * The few pieces of protobuf's encoding that an event needs, written into one buffer. Events are nearly everything that
 * the server sends, and the generated code takes several times as long for them.
 */

/** Bytes of a number as a varint. */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++
  return length
}

export class ProtobufWriter {
  readonly #buffer: Buffer
  #at = 0

  constructor(length: number) {
    this.#buffer = Buffer.allocUnsafe(length)
  }

  /** A number up to 2⁵³. */
  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#buffer[this.#at++] = rest
  }

  /** Tag and length of what follows. Field numbers up to 15. */
  header(field: number, { length }: { readonly length: number }): void {
    this.#buffer[this.#at++] = (field << 3) | 2
    this.varint(length)
  }

  bytes(field: number, value: Uint8Array): void {
    this.header(field, value)
    this.#buffer.set(value, this.#at)
    this.#at += value.length
  }

  number(field: number, value: number): void {
    this.#buffer[this.#at++] = field << 3
    this.varint(value)
  }

  /** What is encoded already. */
  raw(value: Uint8Array): void {
    this.#buffer.set(value, this.#at)
    this.#at += value.length
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }
}

/** Bytes of a field with this content. */
export function fieldLength(contentLength: number): number {
  return 1 + varintLength(contentLength) + contentLength
}

/** Bytes of a number field. */
export function numberLength(value: number): number {
  return 1 + varintLength(value)
}
