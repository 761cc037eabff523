import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { z as zod3 } from 'zod/v3'
import { checkSchema } from './check-schema.js'

const check = (schema: unknown) => () => checkSchema(schema, { path: 'input' })
const refusal = (path: string, message: string) =>
  expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path }, message: expect.stringContaining(message) })

interface Tree {
  children: Tree[]
}

describe('checkSchema', () => {
  it.each([
    ['transform', z.string().transform(Number)],
    ['trim', z.string().trim()],
    ['toLowerCase', z.string().toLowerCase()],
    ['overwrite', z.number().overwrite(Math.round)],
    ['trim in mini', mini.string().check(mini.trim())],
    ['pipe into a transform', z.string().pipe(z.transform((text) => text.length))],
    ['preprocess', z.preprocess(String, z.string())],
    ['codec', z.codec(z.string(), z.number(), { decode: Number, encode: String })],
    ['stringbool', z.stringbool()],
    ['normalised URLs', z.url({ normalize: true })],
    ['coerce', z.coerce.number()],
    ['catch', z.string().catch('')],
    ['success', z.success(z.string())],
  ])('refuses what changes the value: %s', (_name, schema) => {
    expect(check(schema)).toThrow(refusal('input', ''))
  })

  it.each([
    ['date', z.date()],
    ['map', z.map(z.string(), z.string())],
    ['set', z.set(z.string())],
    ['bigint', z.bigint()],
    ['a bigint literal', z.literal([1n])],
    ['symbol', z.symbol()],
    ['nan', z.nan()],
    ['promise', z.promise(z.string())],
    ['file', z.file()],
    ['function', z.function()],
  ])('refuses what is not JSON: %s', (_name, schema) => {
    expect(check(schema)).toThrow(refusal('input', 'not JSON'))
  })

  it.each([
    ['input.a.b', z.object({ a: z.object({ b: z.date() }) })],
    ['input.list[].at', z.object({ list: z.array(z.object({ at: z.date() })) })],
    ['input[1]', z.tuple([z.string(), z.date()])],
    ['input[]', z.tuple([z.string()], z.date())],
    ['input.*', z.record(z.string(), z.date())],
    ['input.(key)', z.record(z.string().trim(), z.string())],
    ['input.*', z.object({}).catchall(z.date())],
    ['input.maybe', z.object({ maybe: z.date().nullable().optional().readonly() })],
    ['input', z.union([z.string(), z.date()])],
    ['input.b', z.object({ a: z.string() }).and(z.object({ b: z.date() }))],
    ['input.later', z.object({ later: z.lazy(() => z.date()) })],
    ['input.d', z.object({ d: z.date().default(new Date(0)) })],
  ])('names the place: %s', (path, schema) => {
    expect(check(schema)).toThrow(refusal(path, ''))
  })

  it.each([
    ['a refinement', z.string().refine(async () => true)],
    ['a custom schema', z.custom(async () => true)],
    ['a refinement inside', z.object({ a: z.array(z.string().refine(async () => true)) })],
  ])('refuses an async check where it can be seen: %s', (_name, schema) => {
    expect(check(schema)).toThrow(expect.objectContaining({ message: expect.stringContaining('async refinement') }))
  })

  it.each([undefined, null, {}, () => z.string(), { parse: () => 1 }])(
    'refuses what is no schema of zod 4: %s',
    (schema) => {
      expect(check(schema)).toThrow(refusal('input', 'not a schema of zod 4'))
    },
  )

  it('refuses a lazy schema that cannot be made yet', () => {
    const early = z.lazy((): z.ZodType => {
      throw new ReferenceError('later is not defined')
    })
    expect(check(z.object({ early }))).toThrow(refusal('input.early', 'cannot be made yet'))
  })

  it('DEF-265 says whose schema it is, where that tells', () => {
    const standard = (vendor: string) => ({ '~standard': { version: 1, vendor, validate: () => ({}) } })
    expect(check(zod3.object({}))).toThrow(refusal('input', 'is a schema of zod 3, and not of zod 4'))
    expect(check(standard('valibot'))).toThrow(refusal('input', 'is a schema of valibot, and not of zod 4'))
    expect(check(Object.assign(() => 0, standard('arktype')))).toThrow(refusal('input', 'is a schema of arktype'))
  })

  const tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => tree)) })
  it.each([
    ['defaults', z.object({ a: z.string().default('x'), b: z.number().prefault(1) })],
    [
      'checks',
      z
        .string()
        .min(1)
        .max(9)
        .regex(/a/)
        .refine((text) => text !== 'b')
        .superRefine(() => {}),
    ],
    ['formats', z.object({ a: z.email(), b: z.uuid(), c: z.iso.datetime(), d: z.url(), e: z.ipv6(), f: z.int() })],
    [
      'literals',
      z.object({ a: z.enum(['x', 'y']), b: z.literal([1, 'a', null]), c: z.templateLiteral(['v', z.number()]) }),
    ],
    ['a recursive schema', tree],
    ['pipes of checks', z.string().pipe(z.enum(['a', 'b']))],
    ['any JSON', z.json()],
    ['anything: it is checked when it comes', z.object({ a: z.any(), b: z.unknown(), c: z.custom<string>() })],
    [
      'brands, readonly and meta',
      z
        .object({ a: z.string().brand('x') })
        .readonly()
        .meta({ title: 'x' }),
    ],
    ['mini', mini.object({ a: mini.optional(mini.string()) })],
  ])('takes %s', (_name, schema) => {
    expect(check(schema)).not.toThrow()
  })
})
