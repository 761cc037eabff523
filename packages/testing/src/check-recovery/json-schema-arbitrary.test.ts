import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { arbitraryOf } from './json-schema-arbitrary.js'
import type { JsonSchema } from './json-schema-arbitrary.js'

interface Tree {
  name: string
  under: Tree[]
}
const tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get under() {
    return z.array(tree)
  },
})

test.each([
  ['text', z.string().min(2).max(5)],
  ['an address', z.email()],
  ['a uuid', z.uuid()],
  ['a link', z.url()],
  ['a time', z.iso.datetime()],
  ['a day', z.iso.date()],
  ['a pattern', z.string().regex(/^[A-Z]{2}-\d{3}$/)],
  ['a pattern that the flag u would forbid', z.string().regex(new RegExp(String.raw`^\d{3}\-\d{4}$`))],
  ['a uuid of another version', z.uuidv7()],
  ['a time in seconds', z.iso.datetime({ precision: 0 })],
  ['a number far below 0', z.number().max(-3e9)],
  ['a time of today', z.int().min(1_900_000_000_000)],
  ['a whole number', z.int().min(3).max(9)],
  ['a positive number', z.number().positive().max(1)],
  ['a multiple', z.int().multipleOf(5).min(10).max(20)],
  ['a choice', z.enum(['a', 'b'])],
  ['a literal', z.literal(3)],
  ['nothing', z.null()],
  ['maybe', z.object({ a: z.string().optional(), b: z.number().nullable(), c: z.boolean().default(true) })],
  ['a list', z.array(z.int()).min(1).max(4)],
  ['a pair', z.tuple([z.string(), z.int()])],
  ['a record', z.record(z.string(), z.int())],
  ['a record of choices', z.record(z.enum(['x', 'y']), z.int())],
  ['a union', z.union([z.string(), z.object({ n: z.int() })])],
  [
    'a tagged union',
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), n: z.int() })]),
  ],
  ['both', z.intersection(z.object({ a: z.int() }), z.object({ b: z.string() }))],
  ['a tree', tree],
  ['anything', z.unknown()],
  ['transformed', z.string().transform((value) => value.length)],
])('every generated value of %s fits its schema', (_name, schema) => {
  const values = arbitraryOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema)
  fc.assert(
    fc.property(values, (value) => {
      expect(schema.safeParse(JSON.parse(JSON.stringify(value)))).toMatchObject({ success: true })
    }),
    { numRuns: 50 },
  )
})
