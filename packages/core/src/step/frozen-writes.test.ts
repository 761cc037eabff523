/** A write to a frozen value is told as one by every engine. The messages are those of Node 24, Bun 1.4 and gjs 1.74. */
import { describe, expect, test } from 'vitest'
import { refusalOf } from './refusals.js'

const WRITES = [
  'a member',
  'a new member',
  'a deleted member',
  'a defined member',
  'a member defined again',
  'a prototype',
  'an element',
  'a length',
  'a push',
  'a pop',
] as const

const MESSAGES: { readonly [engine: string]: readonly string[] } = {
  V8: [
    "Cannot assign to read only property 'a' of object '#<Object>'",
    'Cannot add property b, object is not extensible',
    "Cannot delete property 'a' of #<Object>",
    'Cannot define property z, object is not extensible',
    'Cannot redefine property: a',
    '#<Object> is not extensible',
    "Cannot assign to read only property '0' of object '[object Array]'",
    "Cannot assign to read only property 'length' of object '[object Array]'",
    'Cannot add property 1, object is not extensible',
    "Cannot delete property '0' of [object Array]",
  ],
  JavaScriptCore: [
    'Attempted to assign to readonly property.',
    'Attempting to define property on object that is not extensible.',
    'Unable to delete property.',
    'Attempting to change value of a readonly property.',
    'Attempting to change access mechanism for an unconfigurable property.',
    'Attempted to assign to readonly property.',
    'Attempted to assign to readonly property.',
    'Array length is not writable',
    'Attempted to assign to readonly property.',
    'Unable to delete property.',
  ],
  SpiderMonkey: [
    '"a" is read-only',
    'can\'t define property "b": Object is not extensible',
    'property "a" is non-configurable and can\'t be deleted',
    'can\'t redefine non-configurable property "a"',
    "can't redefine non-configurable property 0",
    "can't set prototype of this object",
    '0 is read-only',
    '"length" is read-only',
    "can't define array index property past the end of an array with non-writable length",
    "property 0 is non-configurable and can't be deleted",
  ],
}

const codeOf = (error: Error): string | undefined =>
  refusalOf(error, { isRoot: false, actor: 'child', machine: undefined })?.code
/** As XState tells what a guard threw. */
const ofGuard = (message: string): string =>
  `Unable to evaluate guard 'isOpen' in transition for event 'GO' in state node 'a':\n${message}`

describe.each(Object.keys(MESSAGES))('STEP-142 %s', (engine) => {
  test.each(WRITES.map((write, at) => [write, MESSAGES[engine]?.[at] ?? '']))('%s: %s', (_, message) => {
    expect(codeOf(new TypeError(message))).toBe('MUTATED')
    expect(codeOf(new Error(ofGuard(message)))).toBe('MUTATED')
  })
})

test('STEP-142 this engine', () => {
  const box = Object.freeze({ list: Object.freeze([1]) }) as { list: number[]; more?: number }
  const writes = [
    () => (box.more = 1),
    () => (box.list = []),
    () => delete (box as { list?: unknown }).list,
    () => box.list.push(2),
    () => box.list.pop(),
    () => (box.list.length = 0),
    () => Object.setPrototypeOf(box, {}) as unknown,
    () => Object.defineProperty(box, 'list', { value: [] }),
  ]
  const codes = writes.map((write) => {
    try {
      return write()
    } catch (error) {
      return codeOf(error as Error)
    }
  })
  expect(codes).toEqual(writes.map(() => 'MUTATED'))
})

test.each([
  'the disk "c" is read-only',
  'the transaction is read-only',
  'the file object is not writable',
  "can't set a prototype price",
  'Unable to delete property. It is rented',
])('an error of a user is none: %s', (message) => {
  expect(codeOf(new Error(message))).toBeUndefined()
})
