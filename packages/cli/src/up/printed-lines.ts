/**
 * What a worker prints, line by line. A line without an end is handed on in pieces, and nothing more is read while what
 * takes the lines is behind, so that no worker fills the memory.
 */
import type { Readable } from 'node:stream'

const LONGEST_LINE = 64 * 1024

export interface PrintedLinesOptions {
  readonly onLine: (line: string) => void
  /** Asked after each piece that was read: resolves when more lines can be taken; `undefined`: at once. */
  readonly whenReady: () => Promise<void> | undefined
}

/** Reads the stream to its end. */
export function printedLines(stream: Readable, { onLine, whenReady }: PrintedLinesOptions): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
    for (; rest.length > LONGEST_LINE; rest = rest.slice(LONGEST_LINE)) onLine(rest.slice(0, LONGEST_LINE))
    const ready = whenReady()
    if (ready === undefined) return
    stream.pause()
    void ready.then(() => stream.resume())
  })
  const flush = (): void => {
    if (rest !== '') onLine(rest)
    rest = ''
  }
  stream.once('end', flush).once('close', flush)
}
