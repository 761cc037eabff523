/** Whether a policy, as it was written, makes sense. */
import { checkKeys, isCount, isPositive, memberPath } from './check-config.js'
import { requireAtOnce } from './check-implementations.js'
import { checkSchema } from './check-schema.js'
import type { CallPolicy } from './policy-types.js'
import { requireValid } from './refusal.js'

/** A policy as written, for any effect. */
export type AnyPolicy = CallPolicy<unknown, unknown>

const COMMON_KEYS = ['retry', 'timeoutMs', 'concurrency', 'perSecond', 'limit']
const CALL_KEYS = [...COMMON_KEYS, 'output', 'safety']
const RETRY_KEYS = ['attempts', 'if', 'delayMs', 'factor', 'maxDelayMs', 'jitter']

/** Throws `INVALID_DEFINITION` with the path. `kind` tells whether the effect has one outcome (`call`) or sends events (`stream`). */
export function checkPolicy(
  policy: unknown,
  options: { readonly path: string; readonly kind: 'call' | 'stream' },
): asserts policy is AnyPolicy {
  const { path, kind } = options
  if (kind === 'stream') checkNoCallMembers(policy, path)
  checkKeys(policy, { path, known: kind === 'call' ? CALL_KEYS : COMMON_KEYS })
  const { retry, timeoutMs, concurrency, perSecond, limit, output, safety } = policy
  if (retry !== undefined) checkRetry(retry, memberPath(path, 'retry'))
  checkMember(timeoutMs, { path: `${path}.timeoutMs`, holds: isPositive, must: 'be a positive number of milliseconds' })
  checkMember(concurrency, { path: `${path}.concurrency`, holds: isCount, must: 'be a positive integer' })
  checkMember(perSecond, { path: `${path}.perSecond`, holds: isPositive, must: 'be a positive number' })
  checkMember(limit, {
    path: `${path}.limit`,
    holds: isText,
    must: 'be a text that is not empty and does not begin with /',
  })
  if (output !== undefined) checkSchema(output, { path: `${path}.output` })
  checkMember(safety, {
    path: `${path}.safety`,
    holds: isSafety,
    must: "be 'idempotent', 'never-retry' or { reconcile }",
  })
}

/** A callback or an observable has no outcome that could be checked or in doubt. */
function checkNoCallMembers(policy: unknown, path: string): void {
  if (typeof policy !== 'object' || policy === null) return
  for (const key of ['safety', 'output']) {
    const given = key in policy && (policy as Record<string, unknown>)[key] !== undefined
    requireValid(!given, {
      path: `${path}.${key}`,
      problem: 'a callback or an observable has no outcome',
      hint: 'It is begun again after a crash.',
    })
  }
}

/** Throws `INVALID_DEFINITION`. */
export function checkRetry(retry: unknown, path: string): void {
  checkKeys(retry, { path, known: RETRY_KEYS })
  const { attempts, if: condition, delayMs, factor, maxDelayMs, jitter } = retry
  requireValid(isCount(attempts), {
    path: `${path}.attempts`,
    problem: 'must be a positive integer',
    hint: 'It counts the first attempt too.',
  })
  checkMember(condition, { path: `${path}.if`, holds: isFunction, must: 'be a function' })
  requireAtOnce(condition, `${path}.if`)
  requireAtOnce(delayMs, `${path}.delayMs`)
  checkMember(delayMs, {
    path: `${path}.delayMs`,
    holds: (value) => isDuration(value) || isFunction(value),
    must: 'be a number of milliseconds, 0 or more, or a function that gives one',
  })
  checkMember(factor, {
    path: `${path}.factor`,
    holds: (value) => Number.isFinite(value) && (value as number) >= 1,
    must: 'be a number, 1 or more',
  })
  checkMember(maxDelayMs, {
    path: `${path}.maxDelayMs`,
    holds: isDuration,
    must: 'be a number of milliseconds, 0 or more',
  })
  checkMember(jitter, {
    path: `${path}.jitter`,
    holds: (value) => typeof value === 'boolean',
    must: 'be true or false',
  })
}

interface MemberCheck {
  readonly path: string
  readonly holds: (value: unknown) => boolean
  readonly must: string
}

function checkMember(value: unknown, { path, holds, must }: MemberCheck): void {
  requireValid(value === undefined || holds(value), { path, problem: `must ${must}` })
}

function isDuration(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.startsWith('/')
}

function isSafety(value: unknown): boolean {
  if (value === 'idempotent' || value === 'never-retry') return true
  return typeof value === 'object' && value !== null && 'reconcile' in value && typeof value.reconcile === 'function'
}
