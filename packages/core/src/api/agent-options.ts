/** What callers say beside an event or a command: who, why, how long. What makes no sense is refused before anything is done. */
import type { Cancel } from '../decide/inputs.js'
import { isTraceparent } from '../decide/trace.js'
import { invalidId } from '../definition/invalid-id.js'
import { requireOption } from '../check-members.js'
import { checkOptions, optionRule } from '../option-values.js'
import type { OptionRules } from '../option-values.js'

const MAX_DEADLINE_MS = 10 * 366 * 86_400_000

const { any, ms, note, oneOf, signal } = optionRule
/** Who did it, and why. */
export const NOTES: OptionRules = { by: note, reason: note }
const SEND: OptionRules = {
  ...NOTES,
  id: any, // by `eventId`
  traceparent: any,
  whenBlocked: oneOf('refuse', 'keep'),
  approval: any,
  expectedRevision: any,
}
const CANCEL: OptionRules = {
  ...NOTES,
  deadlineMs: { holds: ms(0, MAX_DEADLINE_MS).holds, problem: 'must be a number of milliseconds, at most ten years' },
  children: oneOf('leave', 'cancel'),
}

/** Who gave a command, and why. */
interface Notes {
  readonly by?: string
  readonly reason?: string
}

/** Those that were given: they are recorded. */
export function notesOf({ by, reason }: { readonly [K in keyof Notes]: Notes[K] | undefined }): Notes {
  return { ...(by === undefined ? undefined : { by }), ...(reason === undefined ? undefined : { reason }) }
}

/** The caller's trace, recorded and handed on. Throws `INVALID_INPUT`. */
export function traceOf({ traceparent }: { readonly traceparent?: unknown }): { readonly traceparent?: string } {
  if (traceparent === undefined) return {}
  requireOption(isTraceparent(traceparent), {
    path: 'traceparent',
    problem: 'is no W3C trace context',
    hint: 'It looks like 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.',
  })
  return { traceparent }
}

interface WhenOptions {
  readonly whenBlocked?: unknown
  readonly approval?: unknown
  readonly expectedRevision?: unknown
}

/** At which revision an event is meant, and whether it is kept for a blocked agent. Throws `INVALID_INPUT`. */
export function whenOf(options: WhenOptions): { readonly whenBlocked?: 'keep'; readonly expectedRevision?: number } {
  return { ...whenBlockedOf(options), ...expectedOf(options) }
}

function whenBlockedOf({ whenBlocked, approval }: WhenOptions): { readonly whenBlocked?: 'keep' } {
  if (whenBlocked !== 'keep') return {}
  const problem = 'must be left out: an answer to a question is never kept'
  requireOption(approval === undefined, { path: 'whenBlocked', problem })
  return { whenBlocked }
}

/** A revision as a caller gives it. Throws `INVALID_INPUT`. */
export function revisionOf(given: unknown, path: string): number {
  const revision = typeof given === 'bigint' ? Number(given) : given
  const isRevision = Number.isSafeInteger(revision) && (revision as number) >= 0
  requireOption(isRevision, { path, problem: 'must be a revision' })
  return revision as number
}

function expectedOf({ expectedRevision, approval }: WhenOptions): { readonly expectedRevision?: number } {
  if (expectedRevision === undefined) return {}
  const path = 'expectedRevision'
  const revision = revisionOf(expectedRevision, path)
  requireOption(approval === undefined, { path, problem: 'must be left out: an answer names what it answers' })
  return { expectedRevision: revision }
}

/** Throws `INVALID_INPUT`. */
export function requirePredicate(predicate: unknown): void {
  requireOption(typeof predicate === 'function', { path: 'predicate', problem: 'must be a function of a state' })
}

/** What goes with an event. Throws `INVALID_INPUT`. */
export function checkSendOptions(options: unknown): void {
  checkOptions(options, SEND) // with a mistyped id an event would count twice
}

/** What a new agent is given: with a mistyped `input` it would begin without one. Throws `INVALID_INPUT`. */
export function checkStartOptions(options: unknown): void {
  checkOptions(options, { id: any, input: any, event: any, by: note, traceparent: any })
}

/** Who gives a command, and why. Throws `INVALID_INPUT`. */
export function checkControlOptions(options: unknown): void {
  checkOptions(options, NOTES)
}

/** How long a wait lasts, and what it does on a blocked agent. Throws `INVALID_INPUT`. */
export function checkWait(options: unknown): void {
  checkOptions(options, { timeoutMs: ms(0, Infinity), signal, whenBlocked: oneOf('reject', 'wait') })
}

/** How an agent is to end. Throws `INVALID_INPUT`. */
export function cancelOf(options: unknown): Cancel {
  const { deadlineMs = 0, children } = checkOptions(options, CANCEL) // a mistyped deadline would stop the agent at once
  return { kind: 'cancel', deadlineMs: deadlineMs as number, ...(children === 'cancel' ? { children } : undefined) }
}

const MAX_EVENT_ID = 200
/** No patch may write to them. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The caller's own id of an event, if it can be kept: any text but the three that reach for a prototype. Throws `INVALID_ID`. */
export function eventId(id: string | undefined): string | undefined {
  if (id === undefined) return undefined
  if (typeof id === 'string' && id !== '' && id.length <= MAX_EVENT_ID && !RESERVED.has(id)) return id
  const hint = `Give each event a text of 1 to ${MAX_EVENT_ID} characters, such as a UUID.`
  throw invalidId(id, { what: 'event id', hint })
}
