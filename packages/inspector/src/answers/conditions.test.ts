import type { StateDocument } from '@refold/core/record'
import { expect, test } from 'vitest'
import { predicateOf } from './conditions.js'

/** What a condition looks at. */
const STATE = {
  agent: { blocked: { at: 1, error: { name: 'E', message: 'm' } } },
  root: { value: { work: 'draft' }, context: { total: 100, note: 'a>b', list: [1, { x: null }], none: null, zero: 0 } },
  effects: {},
  timers: {},
} as unknown as StateDocument

test.each([
  'state=work',
  'state=work.draft',
  'state!=wor',
  'status=active',
  'condition=blocked',
  '/context/total>99.5',
  '/context/total>=100',
  '/context/total<=100',
  '/context/total<1e3',
  '/context/total=100',
  '/context/total!="100"',
  '/context/note=a>b',
  '/context/note="a>b"',
  '/context/note>a',
  '/context/list/1={"x":null}',
  '/context/none=null',
  '/context/none',
  '/context/zero',
  '/agent/blocked',
  '/context/missing!=1',
])('CLI-47 %s is true', (condition) => {
  expect(predicateOf([condition])(STATE, { revision: 0 })).toBe(true)
  expect(predicateOf([condition, 'state=none'])(STATE, { revision: 0 })).toBe(false)
})

test.each([
  'state=draft',
  'status=done',
  'condition!=blocked',
  '/context/total>100',
  '/context/total>"9"',
  '/context/note>1',
  '/context/none>=0',
  '/context/missing',
  '/context/missing=null',
  '/context/list=[1]',
  '/context/toString',
])('CLI-47 %s is false', (condition) => {
  expect(predicateOf([condition])(STATE, { revision: 0 })).toBe(false)
})

test.each([
  '',
  'x',
  'context.total>1',
  'state',
  'state=',
  'state>a',
  'process.exit()',
  '/context~2=1',
  'status<done',
  'status=dnoe',
  'condition!=stuck',
])('CLI-48 "%s" is no condition', (condition) => {
  expect(() => predicateOf([condition])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error)
})
