/** The pages of the codes and the codes agree. The union is read from its source text: types are gone at run time. */
import { readFileSync } from 'node:fs'
import { isRefoldError, RefoldError } from '@refold/core'
import { describe, expect, test } from 'vitest'

const source = readFileSync(new URL('../packages/core/src/errors.ts', import.meta.url), 'utf8')
const page = readFileSync(new URL('errors.md', import.meta.url), 'utf8')

describe('errors', () => {
  const union = /export type RefoldErrorCode =(.*?)\n\n/s.exec(source)?.[1] ?? ''
  const codes = [...union.matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code = '']) => code)
  const sections = [...page.matchAll(/^### ([A-Z_]+)\n(.+)$/gm)].map(([, code = '', text = '']) => ({ code, text }))

  test('ERR-1 every code has a section and every section a code, in the same order', () => {
    expect(codes.length).toBeGreaterThan(30)
    expect(sections.map(({ code }) => code)).toEqual(codes)
  })

  test.each(sections)('ERR-1 $code says what it means and when it comes', ({ text }) => {
    expect(text.length).toBeGreaterThan(40)
    expect(text).toMatch(/\.$/)
  })
})

describe('RefoldError', () => {
  const error = new RefoldError('TOO_LARGE', 'too large', {
    hint: 'Store less.',
    cause: new Error('below'),
    facts: { bytes: 7 },
  })

  test('ERR-2 is recognised by its code, also when it comes from another copy of the package', () => {
    const other = Object.assign(new Error('too large'), { name: 'RefoldError', code: 'TOO_LARGE' })
    expect([isRefoldError(error), isRefoldError(error, 'TOO_LARGE'), isRefoldError(error, 'CLOSED')]).toEqual([
      true,
      true,
      false,
    ])
    expect([isRefoldError(other), isRefoldError(other, 'TOO_LARGE'), isRefoldError(other, 'CLOSED')]).toEqual([
      true,
      true,
      false,
    ])
    expect(
      [new Error('x'), { name: 'RefoldError', code: 'TOO_LARGE' }, undefined].map((value) => isRefoldError(value)),
    ).toEqual([false, false, false])
  })

  test('ERR-3 keeps its cause, its facts and its hint', () => {
    expect(error).toMatchObject({
      cause: { message: 'below' },
      facts: { bytes: 7 },
      hint: 'Store less.',
      message: 'too large',
    })
  })
})
