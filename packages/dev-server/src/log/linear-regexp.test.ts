import { expect, it } from 'vitest'
import { LinearRegExp } from './linear-regexp.js'

const TEXTS = ['order-1', 'Order-1', 'reorder-1', '$system', 'a.b', 'axb', '', 'order-1\n', 'ä-1', 'user_1/x']

/** Where RE2, .NET and JavaScript mean the same. */
const SOURCES = ['^order-', '^a\\.b', 'order', '^[^$]', '^[^$].*', 'r-\\d$', '^(?:order|user)', '^$', '^\\u00e4', '']

it.each(SOURCES)('DEV-9 %j matches what it matches elsewhere', async (source) => {
  const expression = new LinearRegExp(source)
  const expected = TEXTS.map((text) => new RegExp(source, 'u').test(text))
  expect(await expression.test(TEXTS)).toEqual(expected)
  expect(await expression.test([...TEXTS, 'new'])).toEqual([...expected, new RegExp(source, 'u').test('new')])
})

it('DEV-9 (?i) at the front ignores case', async () => {
  expect(await new LinearRegExp('(?i)^order').test(TEXTS)).toEqual(TEXTS.map((text) => /^order/i.test(text)))
})

it('DEV-10 an expression gives way to other work between its turns', async () => {
  const slow = new LinearRegExp('^(a?){150}[ab]*a[ab]{150}$')
  const texts = Array.from({ length: 400 }, (_, n) => `${'ab'.repeat(300)}${n}`)
  let others = 0
  const ticking = setInterval(() => others++, 0)
  await Promise.all([slow.test(texts), new LinearRegExp('(b+)+a$').test(texts)])
  clearInterval(ticking)
  expect(others).toBeGreaterThan(1)
})
