/** Runs a schema over a value from outside, so that what comes of it is JSON, or a coded error with zod's issues. */
import { safeParse } from 'zod/v4/core'
import type { $ZodIssue, $ZodType } from 'zod/v4/core'
import { RefoldError } from '../errors.js'
import type { RefoldErrorCode } from '../errors.js'

/** How a failure is told. */
export interface SchemaFailure {
  readonly code: RefoldErrorCode
  /** What was checked: "event 'approve'". */
  readonly what: string
  readonly facts?: Readonly<Record<string, unknown>>
}

/** The message tells so many; the facts have all. */
const TOLD_ISSUES = 10

/** The value with defaults filled in and unknown members dropped. Throws the failure's code; `facts.issues` are zod's. */
export function runSchema(schema: $ZodType, value: unknown, failure: SchemaFailure): unknown {
  const result = parseSynchronously(schema, value, failure)
  if (result.success) return result.data
  const { issues } = result.error
  throw new RefoldError(failure.code, `${failure.what}: ${describeIssues(issues)}`, {
    facts: { ...failure.facts, issues },
  })
}

function parseSynchronously(schema: $ZodType, value: unknown, failure: SchemaFailure): ReturnType<typeof safeParse> {
  try {
    return safeParse(schema, value)
  } catch (cause) {
    const isAsync = cause instanceof Error && cause.constructor.name === '$ZodAsyncError'
    const problem = isAsync ? 'its schema has an async refinement' : 'its schema threw'
    throw new RefoldError(failure.code, `${failure.what}: ${problem}`, {
      cause,
      facts: { ...failure.facts },
      hint: isAsync
        ? 'Check it in an effect: schemas are run synchronously.'
        : 'A refinement must not throw: return false instead.',
    })
  }
}

function describeIssues(issues: readonly $ZodIssue[]): string {
  const told = issues.slice(0, TOLD_ISSUES).map(describeIssue).join('; ')
  const more = issues.length > TOLD_ISSUES ? ` (and ${issues.length - TOLD_ISSUES} more)` : ''
  return `${told === '' ? 'invalid' : told}${more}`
}

function describeIssue(issue: $ZodIssue): string {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return path === '' ? issue.message : `${path.replace(/^\./, '')}: ${issue.message}`
}
