import { expect, test } from 'vitest'
import { ProgressLine } from './progress-line.js'

function played(isTTY: boolean): { readonly written: string[]; readonly line: ProgressLine; now: number } {
  const written: string[] = []
  const scene = { written, now: 0, line: undefined as unknown as ProgressLine }
  const output = { isTTY, columns: 20, write: (text: string) => written.push(text) }
  scene.line = new ProgressLine(output, () => scene.now)
  return scene
}

test('CLI-62 a line of progress comes after 300 ms, not too often, cut to the terminal, and goes', () => {
  const scene = played(true)
  const tell = (now: number, text: string): void => {
    scene.now = now
    scene.line.tell(() => text)
  }
  tell(299, 'too early')
  tell(300, 'one \u001b[2J')
  tell(350, 'too soon')
  tell(400, 'x'.repeat(50))
  scene.line.end()
  scene.line.end()
  expect(scene.written).toEqual(['\r\u001b[Kone \\u001b[2J', `\r\u001b[K${'x'.repeat(19)}`, '\r\u001b[K'])
})

test('CLI-62 work that is soon done, and a standard error that is no terminal, show none', () => {
  const [soon, piped] = [played(true), played(false)]
  soon.line.tell(() => 'never')
  soon.line.end()
  piped.now = 5_000
  piped.line.tell(() => 'never')
  piped.line.end()
  expect([...soon.written, ...piped.written]).toEqual([])
})
