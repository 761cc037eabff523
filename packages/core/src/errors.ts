/**
 * Errors of the `@refold/*` packages: one class, a closed set of codes. Recognise an error by its `code`, never by
 * `instanceof`: two copies of a package can be loaded in one process.
 */

/** Every code that a Refold package can throw or record. Each has a section in `specs/errors.md`. */
export type RefoldErrorCode =
  // definition
  | 'INVALID_DEFINITION' // a definition that cannot be made durable; `path` names the place
  | 'NOT_RESTORABLE' // actor logic that cannot be found again by name
  // what comes from outside
  | 'INVALID_ID' // an agent id with forbidden characters
  | 'INVALID_INPUT' // input that fails its schema (`issues` holds zod's), or options that make no sense (`path`)
  | 'INVALID_EVENT' // an event that fails its schema; `issues` holds zod's
  | 'EVENT_NOT_ACCEPTED' // the current state does not accept the event; `legal` names those it does
  | 'EVENT_REFUSED' // the chart threw while it took the event; nothing was recorded
  | 'APPROVAL_REQUIRED' // an event that needs an approval came without one
  | 'STALE_APPROVAL' // what was approved is not what is asked now; `why` tells the difference
  | 'NOT_SERIALIZABLE' // a value that is not JSON; `path` names it
  | 'MUTATED' // user code wrote to a frozen value
  | 'TOO_LARGE' // more bytes than the store or a bound takes
  | 'UNSUPPORTED' // what XState has and an agent has not
  | 'LOOPS_FOREVER' // `always` or `raise` transitions without end
  | 'QUEUE_FULL' // more waiting inputs than the bound
  | 'OUTBOX_FULL' // more messages to other agents than may wait to be delivered
  | 'DEDUP_WINDOW_FULL' // more remembered event ids than the definition's window
  | 'ID_REUSED' // a known id with another content
  // finding and running agents
  | 'UNKNOWN_DEFINITION' // no such agent definition or version is registered here
  | 'NOT_FOUND' // no such agent
  | 'NOT_ACTIVE' // the agent has ended
  | 'AGENT_FAILED' // the agent ended with an error; `cause` is it
  | 'BLOCKED' // a transition threw on an outcome; an operator retries after a fix
  | 'POISON_AGENT' // its effects end the process; blocked until an operator retries
  | 'NEEDS_MIGRATION' // today's chart has no place for what is pending
  | 'UNREADABLE' // a stored record that cannot be understood
  | 'UPCAST_FAILED' // an upcaster threw
  | 'NEWER_FORMAT' // a record written by a newer release
  | 'NOT_OWNER' // another worker owns the agent
  | 'NOT_IN_DOUBT' // a decision for an effect that waits for none
  | 'OWNER_MAY_LIVE' // a decision that must wait until the old owner is silent for a lease
  | 'ALREADY_SO' // a command that would change nothing
  | 'HELD' // a hold of all agents stands above the one that is to be lifted
  | 'WRONG_REVISION' // the agent is not at the revision that the input was meant for
  | 'WRONG_VERSION' // the agent is not at the version that was asked for, or that a migration was made for
  | 'CONFLICT' // others appended first, too many times in a row
  | 'TIMEOUT' // a wait that ran out of time
  | 'ABORTED' // a wait or an effect that was aborted
  | 'CLOSED' // the runtime or the store is closed
  // effects (recorded as outcomes)
  | 'EFFECT_TIMEOUT'
  | 'OUTCOME_UNSTORABLE'
  | 'STEP_REFUSED'
  // stores
  | 'STORE_REJECTED' // surely not stored; may be tried again
  | 'STORE_UNKNOWN' // may or may not be stored: repeat the identical append
  | 'STORE_FATAL' // a damaged file, access denied: nothing to retry
  | 'CURSOR_LOST' // the log does not hold what was followed
  | 'PROJECTION_PARKED' // a projection's code threw on a record; it waits for a repair
  | 'COPY_DIFFERS' // a copy of streams whose target holds something else
  // the command line
  | 'NO_CONFIG' // no configuration where one was looked for
  | 'INVALID_CONFIG' // a configuration that cannot be loaded, or does not say what it must
  // servers
  | 'ADDRESS_IN_USE' // another server listens on the port, or works on the file
  | 'NOT_ALLOWED' // a request without the token of this run, or from another site
  | 'EXPORT_FAILED' // a collector of traces did not take what was sent
  | 'LIVE_DIFFERS' // a live state is not what its records fold to: a defect of Refold itself
  | 'INVARIANT' // a defect of Refold itself

/** What goes with an error beside its code and its message. */
export interface RefoldErrorOptions {
  /** What to do about it, in one sentence. */
  readonly hint?: string
  readonly cause?: unknown
  /** The agent, the path, the legal events, … */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** The one error class. */
export class RefoldError extends Error {
  override readonly name = 'RefoldError'
  readonly code: RefoldErrorCode
  readonly hint: string | undefined
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: RefoldErrorCode, message: string, options: RefoldErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.facts = options.facts ?? {}
  }
}

/** Whether a thrown value is a Refold error, optionally of one code. Works across copies of the package. */
export function isRefoldError<C extends RefoldErrorCode = RefoldErrorCode>(
  error: unknown,
  code?: C,
): error is RefoldError & { readonly code: C } {
  try {
    if (!(error instanceof Error) || error.name !== 'RefoldError' || !('code' in error)) return false
    return code === undefined || error.code === code
  } catch {
    return false // a value whose own code throws when it is looked at is none of ours
  }
}

/** Whether a store did not answer, or refused for now: the same question may be answered later, and nothing is wrong in what is stored. */
export function isOutOfReach(error: unknown): error is RefoldError {
  return isRefoldError(error, 'STORE_REJECTED') || isRefoldError(error, 'TIMEOUT')
}

/** The same of an append too: what passes by itself, or by the hands of those who run the store. */
export function mayPass(error: unknown): error is RefoldError {
  return isOutOfReach(error) || isRefoldError(error, 'STORE_UNKNOWN')
}

/** Stays on in production: a broken invariant must stop the agent before it writes a wrong record. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new RefoldError('INVARIANT', message, { hint: 'This is a defect of Refold: please report it.' })
}

/** What was thrown, with a code: itself where it has one, else `INVARIANT` with this message, what was thrown in it, and as the cause. */
export function withCode(thrown: unknown, message: string): RefoldError {
  return isRefoldError(thrown)
    ? thrown
    : new RefoldError('INVARIANT', `${message}: ${textOf(thrown)}`, { cause: thrown })
}

/** What was thrown, in words. A thrown value may throw when it is looked at, too. */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown)
  } catch {
    return 'a value that cannot be shown'
  }
}
