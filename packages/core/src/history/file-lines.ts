/** The lines of a file, in turn, without holding it: where each stands, and how it begins. */

/** What the scan tells of a line. */
export interface FileLine {
  /** From 1. */
  readonly number: number
  /** Of its first byte in the file. */
  readonly start: number
  /** Behind its last byte, without the line's end. */
  readonly end: number
  /** Its first characters. */
  readonly beginning: string
}

/** Bytes of a line that are looked at. */
const BEGINNING = 1_024
const NEWLINE = 10

/** Empty lines are passed over. */
export async function* fileLines(file: Blob): AsyncGenerator<FileLine, void, undefined> {
  const scan = new LineScan()
  const reader = file.stream().getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield* scan.take(value)
    }
    yield* scan.rest()
  } finally {
    await reader.cancel()
  }
}

class LineScan {
  readonly #decoder = new TextDecoder()
  #number = 0
  /** Of the line that is being read, and of the chunk that comes next. */
  #start = 0
  #at = 0
  /** The first bytes of a line that the chunks before have begun. */
  #begun = new Uint8Array(0)

  take(chunk: Uint8Array): readonly FileLine[] {
    const lines: FileLine[] = []
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      lines.push(...this.#end(chunk.subarray(from, end), this.#at + end))
      from = end + 1
      this.#start = this.#at + from
    }
    this.#begun = joined(this.#begun, chunk.subarray(from))
    this.#at += chunk.length
    return lines
  }

  /** The last line, which nothing ends. */
  rest(): readonly FileLine[] {
    return this.#end(new Uint8Array(0), this.#at)
  }

  #end(last: Uint8Array, end: number): readonly FileLine[] {
    const bytes = joined(this.#begun, last)
    this.#begun = new Uint8Array(0)
    this.#number++
    if (end === this.#start) return []
    return [{ number: this.#number, start: this.#start, end, beginning: this.#decoder.decode(bytes) }]
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(Math.min(BEGINNING, one.length + other.length))
  both.set(one.subarray(0, BEGINNING))
  if (one.length < both.length) both.set(other.subarray(0, both.length - one.length), one.length)
  return both
}
