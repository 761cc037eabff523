/** What a worker prints, line by line. A line without an end is handed on in pieces, so that it cannot fill the memory. */
import type { Readable } from 'node:stream'

const LONGEST_LINE = 64 * 1024

export function printedLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
    for (; rest.length > LONGEST_LINE; rest = rest.slice(LONGEST_LINE)) onLine(rest.slice(0, LONGEST_LINE))
  })
  const flush = (): void => {
    if (rest !== '') onLine(rest)
    rest = ''
  }
  stream.once('end', flush).once('close', flush)
}
