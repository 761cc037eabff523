/**
 * Which schemas a definition may have: those that check values and fill in defaults, and nothing else. What a schema
 * made of a value would be stored; a second parse of it, in another process or release, must find nothing to change.
 */
import type { $ZodType, $ZodTypes } from 'zod/v4/core'
import { invalidDefinition, requireValid } from './refusal.js'
import { partsOf } from './schema-parts.js'
import type { SchemaDef } from './schema-parts.js'

const ONLY_CHECKS = 'A schema may check values and fill in defaults; convert them in the machine.'

interface Walk {
  readonly path: string
  /** Schemas on the way here or done: recursive ones end. */
  readonly seen: Set<$ZodType>
}

/** Throws `INVALID_DEFINITION` with the path of the first schema that transforms, or that gives what is not JSON. */
export function checkSchema(schema: unknown, options: { readonly path: string }): asserts schema is $ZodType {
  requireValid(isSchema(schema), {
    path: options.path,
    problem: `is ${makerOf(schema)}`,
    hint: "import { z } from 'zod' (version 4)",
  })
  walk(schema, { path: options.path, seen: new Set() })
}

function isSchema(value: unknown): value is $ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** What is no schema of zod 4 may be one of another library, which says so where it keeps to Standard Schema. */
function makerOf(schema: unknown): string {
  const standard = (schema as { readonly '~standard'?: { readonly vendor?: unknown } } | null | undefined)?.[
    '~standard'
  ]
  const vendor = standard?.vendor === 'zod' ? 'zod 3' : standard?.vendor
  return typeof vendor === 'string' ? `a schema of ${vendor}, and not of zod 4` : 'not a schema of zod 4'
}

function walk(schema: $ZodType, at: Walk): void {
  if (at.seen.has(schema)) return
  at.seen.add(schema)
  const { def } = (schema as $ZodTypes)._zod
  const problem = problemOf(def)
  if (problem !== undefined) {
    throw invalidDefinition({ path: at.path, problem, hint: ONLY_CHECKS })
  }
  for (const each of [def, ...(def.checks ?? []).map((check) => check._zod.def)]) checkCheck(each, at.path)
  for (const [member, child] of partsOf(def, at.path)) walk(child, { path: `${at.path}${member}`, seen: at.seen })
}

/** Why this schema, without what it is made of, is refused. */
function problemOf(def: SchemaDef): string | undefined {
  switch (def.type) {
    case 'transform':
      return 'transforms the value'
    case 'catch':
    case 'success':
      return `'${def.type}' replaces the value`
    case 'pipe':
      return 'transform' in def ? 'transforms the value' : undefined
    case 'literal':
      return def.values.some((value) => typeof value === 'bigint') ? 'a bigint is not JSON' : undefined
    case 'bigint':
    case 'date':
    case 'file':
    case 'function':
    case 'map':
    case 'nan':
    case 'promise':
    case 'set':
    case 'symbol':
      return `'${def.type}' is not JSON`
    default:
      return 'coerce' in def && def.coerce ? 'coerces the value' : undefined
  }
}

/** Also for schemas that are their own check: `z.custom()`, `z.url()`. */
function checkCheck(def: object, path: string): void {
  const overwrites = ('check' in def && def.check === 'overwrite') || ('normalize' in def && def.normalize === true)
  requireValid(!overwrites, {
    path,
    problem: 'transforms the value (trim, toLowerCase, normalize, …)',
    hint: ONLY_CHECKS,
  })
  const isAsync = 'fn' in def && typeof def.fn === 'function' && def.fn.constructor.name === 'AsyncFunction'
  requireValid(!isAsync, {
    path,
    problem: 'has an async refinement',
    hint: 'Check it in an effect: schemas are run synchronously.',
  })
}
