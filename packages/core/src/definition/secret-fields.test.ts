import { expect, test } from 'vitest'
import { z } from 'zod'
import { secretFieldsOf } from './secret-fields.js'

const secret = z.string().meta({ secret: true })

test('fields whose schema says so, at any depth', () => {
  const schema = z.object({
    name: z.string(),
    key: secret,
    'a/b~c': secret.optional(),
    nested: z.object({ token: z.string().min(3).nullable().default(null).meta({ secret: true }) }),
    list: z.array(z.object({ pin: secret, no: z.number() })),
    pair: z.tuple([z.number(), secret]),
    map: z.record(z.string(), secret),
    either: z.union([z.object({ one: secret }), z.object({ two: z.number() })]),
    loose: z.object({}).catchall(secret),
  })
  expect(secretFieldsOf(schema)).toEqual([
    '/a~1b~0c',
    '/either/one',
    '/key',
    '/list/*/pin',
    '/loose/*',
    '/map/*',
    '/nested/token',
    '/pair/1',
  ])
})

test('the whole value, a whole object, and a map whose keys are secret', () => {
  expect(secretFieldsOf(secret)).toEqual([''])
  expect(secretFieldsOf(z.object({ all: z.object({ a: z.number() }).meta({ secret: true }) }))).toEqual(['/all'])
  expect(secretFieldsOf(z.object({ map: z.record(secret, z.number()) }))).toEqual(['/map'])
})

test('only `true` makes a field secret', () => {
  expect(
    secretFieldsOf(z.object({ a: z.string().meta({ secret: false }), b: z.string().meta({ title: 'x' }) })),
  ).toEqual([])
})

test('a schema inside of itself is secret as a whole there, if any of it is', () => {
  const tree = z.object({
    pin: secret,
    get children() {
      return z.array(tree)
    },
  })
  expect(secretFieldsOf(tree)).toEqual(['/children/*', '/pin'])
  const open = z.object({
    pin: z.string(),
    get children() {
      return z.array(open)
    },
  })
  expect(secretFieldsOf(open)).toEqual([])
})
