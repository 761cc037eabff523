import { expect, test } from 'vitest'
import { printable, printableLines } from './printable.js'

test.each([
  ['\u001b[31mred', '\\u001b[31mred'],
  ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['\u009b2J', '\\u009b2J'],
  ['gnp.\u202eexe', 'gnp.\\u202eexe'],
  ['a\u2066b\u2069\u200f', 'a\\u2066b\\u2069\\u200f'],
  ['a\nb\r\tc\u2028d', 'a\\u000ab\\u000d\\u0009c\\u2028d'],
  ['\u{e0041}', '\\udb40\\udc41'],
  ['half \ud83d', 'half \\ud83d'],
  ['\u007f\u0000\ufeff\u00ad', '\\u007f\\u0000\\ufeff\\u00ad'],
])('CLI-20 %j does nothing to a terminal', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('CLI-20 what people write stays: accents, other scripts, emoji of several parts', () => {
  const text = 'é ü e\u0301 漢字 می‌خواهم 👩‍🚀 🐋 – “quoted” \\ ~'
  expect(printable(text)).toBe(text)
})

test('CLI-20 JSON stays the same JSON, and lines that the program made stay lines', () => {
  const value = { id: 'a\u009b\u202e\n\u{e0041}b' }
  const shown = printable(JSON.stringify(value))
  expect(JSON.parse(shown)).toEqual(value)
  expect(shown).toMatch(/^[\x20-\x7e]+$/)
  expect(printableLines('a\tb\n\u001bc')).toBe('a\tb\n\\u001bc')
})
