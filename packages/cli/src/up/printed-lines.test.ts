import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { printedLines } from './printed-lines.js'

async function linesOf(chunks: readonly string[]): Promise<readonly string[]> {
  const stream = new PassThrough()
  const lines: string[] = []
  printedLines(stream, (line) => lines.push(line))
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await finished(stream)
  return lines
}

test('hands on lines, whatever the pieces in which they come, and a last one without an end', async () => {
  expect(await linesOf(['one\ntw', 'o\n\nthr', 'ee'])).toEqual(['one', 'two', '', 'three'])
})

test('CLI-12 a line without an end is handed on in pieces', async () => {
  const lines = await linesOf(Array.from({ length: 10 }, () => 'x'.repeat(50_000)))
  expect(lines.join('')).toBe('x'.repeat(500_000))
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(64 * 1024)
})
