import { expect, it } from 'vitest'
import { inOrder } from './in-order.js'
import { liveScreen } from './live-screen.js'
import { plainScreen } from './screen.js'

function output(): { text: string; write(text: string): void } {
  return {
    text: '',
    write(text) {
      this.text += text
    },
  }
}
const ESCAPE = '\u001B'

it('writes one line an event, and tokens as they come', () => {
  const out = output()
  const screen = plainScreen(out)
  screen.begun('summary', { attempt: 1 })
  screen.token('Hel')
  screen.token('lo')
  screen.stored('summary')
  screen.end()
  expect(out.text).toBe(' 9 summary    begun\nHello\n 9 summary    done\n')
})

it('shows a body that begins after what it needs, whichever is told first', () => {
  const out = output()
  const screen = inOrder(plainScreen(out))
  screen.begun('inventory', { attempt: 1 })
  screen.begun('ages', { attempt: 1 })
  screen.killed('ages')
  screen.stored('inventory')
  expect(out.text.split('\n')).toEqual([
    ' 1 inventory  begun',
    ' 1 inventory  done',
    ' 4 ages       begun',
    ' 4 ages       KILLED (SIGKILL)',
    '',
  ])
})

it('draws ten lines over themselves on a terminal, none of them too long', () => {
  const out = output()
  const screen = liveScreen(out, { columns: 40 })
  screen.begun('sizes', { attempt: 1 })
  screen.killed('sizes')
  screen.begun('sizes', { attempt: 2 })
  screen.stored('sizes')
  screen.begun('summary', { attempt: 1 })
  screen.token('a long text that does not fit '.repeat(5))
  const last = out.text
    .slice(out.text.lastIndexOf('\u001B[J'))
    .split(ESCAPE)
    .map((part) => part.replace(/^\[[0-9;]*[A-Za-z]/, ''))
    .join('')
    .trimEnd()
    .split('\n')
  expect(last).toHaveLength(10)
  expect(last[4]).toBe('✔  5 sizes      killed once, then finish'.slice(0, 39))
  expect(last.every((line) => line.length < 40)).toBe(true)
  expect(out.text.split(`${ESCAPE}[10A`)).toHaveLength(7)
})

it('draws nothing while someone is asked', () => {
  const out = output()
  const screen = liveScreen(out)
  screen.pause()
  const before = out.text
  screen.stored('decision')
  expect(out.text).toBe(before)
  screen.resume()
  expect(out.text.length).toBeGreaterThan(before.length)
})
