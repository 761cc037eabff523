/** The plain members of a definition: its name, version, keys and bounds. */
import { suggestName } from '../world/nearest-name.js'
import { invalidDefinition, requireValid } from './refusal.js'

const NAME = /^[A-Za-z][A-Za-z0-9_.]*$/
const MAX_NAME_LENGTH = 100
const DEDUP_DEFAULTS = { maxAgeMs: 86_400_000, maxCount: 1_000 }
/** The ids stand in every agent's state: more of them would make each snapshot large. */
const MAX_RECEIVED_COUNT = 10_000

/** A stream is called `<name>-<id>`, and EventStoreDB takes what stands before the first `-` as its category. */
export function checkName(name: unknown): asserts name is string {
  const path = 'name'
  requireValid(typeof name === 'string' && name !== '', { path, problem: 'must be a non-empty string' })
  requireValid(!name.includes('-'), {
    path,
    problem: `'${name}' contains '-'`,
    hint: `Write '${name.replaceAll('-', '_')}': streams are called <name>-<id>.`,
  })
  requireValid(NAME.test(name), {
    path,
    problem: `'${name}' may hold only letters, digits, '_' and '.', and begins with a letter`,
  })
  requireValid(name.length <= MAX_NAME_LENGTH, { path, problem: `is longer than ${MAX_NAME_LENGTH} characters` })
  requireValid(!name.startsWith('refold'), {
    path,
    problem: `'${name}' begins with 'refold', which is kept for Refold's own streams`,
  })
}

/** Versions are compared and shown as `name@version`. */
export function checkVersion(version: unknown): asserts version is number {
  requireValid(isCount(version), { path: 'version', problem: `must be a positive integer, not ${String(version)}` })
}

/** Refuses members that Refold does not know: a mistyped `event:` would otherwise open every event to the outside. */
export function checkKeys(
  value: unknown,
  options: { readonly path: string; readonly known: readonly string[] },
): asserts value is Record<string, unknown> {
  const { path, known } = options
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  requireValid(isObject, { path: path === '' ? 'definition' : path, problem: 'must be an object' })
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined || known.includes(key)) continue
    throw invalidDefinition({ path: memberPath(path, key), problem: 'is not known', hint: suggestName(key, known) })
  }
}

/** The window of callers' event ids, with its defaults. */
export function readDedup(dedup: unknown): { readonly maxAgeMs: number; readonly maxCount: number } {
  if (dedup === undefined) return DEDUP_DEFAULTS
  checkKeys(dedup, { path: 'dedup', known: Object.keys(DEDUP_DEFAULTS) })
  const { maxAgeMs = DEDUP_DEFAULTS.maxAgeMs, maxCount = DEDUP_DEFAULTS.maxCount } = dedup
  requireValid(isPositive(maxAgeMs), {
    path: 'dedup.maxAgeMs',
    problem: 'must be a positive number of milliseconds',
  })
  const withinBound = isCount(maxCount) && maxCount <= MAX_RECEIVED_COUNT
  requireValid(withinBound, {
    path: 'dedup.maxCount',
    problem: `must be an integer from 1 to ${MAX_RECEIVED_COUNT}`,
  })
  return { maxAgeMs, maxCount }
}

/** `a.b`, or `b` at the top. */
export function memberPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** A positive integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** A positive, finite number. */
export function isPositive(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0
}
