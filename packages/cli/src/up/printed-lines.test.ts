import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { printedLines } from './printed-lines.js'

async function linesOf(chunks: readonly string[]): Promise<readonly string[]> {
  const stream = new PassThrough()
  const lines: string[] = []
  printedLines(stream, { onLine: (line) => lines.push(line), whenReady: () => undefined })
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

test('CLI-12 nothing more is read while what takes the lines is behind', async () => {
  const stream = new PassThrough({ highWaterMark: 64 })
  const lines: string[] = []
  let catchUp = (): void => {}
  const behind = new Promise<void>((resolve) => (catchUp = resolve))
  printedLines(stream, { onLine: (line) => lines.push(line), whenReady: () => (lines.length < 3 ? behind : undefined) })
  stream.write('one\n')
  await setImmediate()
  expect(stream.write('two\n'.repeat(100)), 'the worker has to wait').toBe(false)
  await setImmediate()
  expect(lines).toEqual(['one'])
  catchUp()
  stream.end()
  await finished(stream)
  expect(lines).toHaveLength(101)
})
