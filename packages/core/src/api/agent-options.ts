/** What callers say beside an event or a command: who, why, how long. What makes no sense is refused before anything is done. */
import type { Cancel } from '../decide/inputs.js'
import { isTraceparent } from '../decide/trace.js'
import { invalidId } from '../definition/invalid-id.js'
import { checkMembers, requireOption } from '../check-members.js'
import { hasMethods, isWithin } from './check-options.js'

const CANCEL_KEYS = ['by', 'reason', 'deadlineMs', 'children']
const SEND_KEYS = ['id', 'by', 'reason', 'traceparent', 'whenBlocked', 'approval', 'expectedRevision']
const MAX_NOTE_LENGTH = 1_000
const MAX_DEADLINE_MS = 10 * 366 * 86_400_000

/** Who gave a command, and why. */
interface Notes {
  readonly by?: string
  readonly reason?: string
}

/** Who did it, and why: both are recorded, so they must be short texts. */
export function notesOf(options: { readonly by?: unknown; readonly reason?: unknown }): Notes {
  const notes: { -readonly [K in keyof Notes]: Notes[K] } = {}
  for (const key of ['by', 'reason'] as const) {
    const note = options[key]
    if (note === undefined) continue
    const isNote = typeof note === 'string' && note.length <= MAX_NOTE_LENGTH
    requireOption(isNote, { path: key, problem: `must be a text of at most ${MAX_NOTE_LENGTH} characters` })
    notes[key] = note
  }
  return notes
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

function whenBlockedOf({ whenBlocked = 'refuse', approval }: WhenOptions): { readonly whenBlocked?: 'keep' } {
  const path = 'whenBlocked'
  requireOption(whenBlocked === 'refuse' || whenBlocked === 'keep', { path, problem: "must be 'refuse' or 'keep'" })
  if (whenBlocked === 'refuse') return {}
  requireOption(approval === undefined, { path, problem: 'must be left out: an answer to a question is never kept' })
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
  checkMembers(options, { path: '', known: SEND_KEYS }) // with a mistyped id an event would count twice
}

/** What a new agent is given: with a mistyped `input` it would begin without one. Throws `INVALID_INPUT`. */
export function checkStartOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['id', 'input', 'event', 'by', 'traceparent'] })
}

/** Who gives a command, and why. Throws `INVALID_INPUT`. */
export function checkControlOptions(options: unknown): void {
  checkMembers(options, { path: '', known: ['by', 'reason'] })
}

/** How long a wait lasts, and what it does on a blocked agent. Throws `INVALID_INPUT`. */
export function checkWait(options: unknown): void {
  checkMembers(options, { path: '', known: ['timeoutMs', 'signal', 'whenBlocked'] })
  const { timeoutMs = 0, signal, whenBlocked = 'reject' } = options
  const isTime = isWithin(timeoutMs, { from: 0, to: Number.POSITIVE_INFINITY })
  requireOption(isTime, { path: 'timeoutMs', problem: 'must be a number of milliseconds' })
  const isSignal = signal === undefined || hasMethods(signal, ['addEventListener', 'removeEventListener'])
  requireOption(isSignal, { path: 'signal', problem: 'must be an AbortSignal' })
  const isKnown = whenBlocked === 'reject' || whenBlocked === 'wait'
  requireOption(isKnown, { path: 'whenBlocked', problem: "must be 'reject' or 'wait'" })
}

/** How an agent is to end. Throws `INVALID_INPUT`. */
export function cancelOf(options: unknown): Cancel {
  checkMembers(options, { path: '', known: CANCEL_KEYS }) // a mistyped deadline would stop the agent at once
  const { deadlineMs = 0, children = 'leave' } = options
  const path = 'deadlineMs'
  const problem = 'must be a number of milliseconds, at most ten years'
  requireOption(isWithin(deadlineMs, { from: 0, to: MAX_DEADLINE_MS }), { path, problem })
  const isKnown = children === 'leave' || children === 'cancel'
  requireOption(isKnown, { path: 'children', problem: "must be 'leave' or 'cancel'" })
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
