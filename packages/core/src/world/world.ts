/**
 * Everything that the runtime asks of the outside, injected: clock, random numbers, ids, logger. The simulator of
 * `@refold/testing` brings its own, so that one seed replays a failure.
 */

/** Cancels a timer that has not fired. Calling it again does nothing. */
export type CancelTimer = () => void

/** Time, and timers. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May jump. */
  now(): number
  /** Milliseconds that never jump; stops while the machine is suspended. */
  monotonicNow(): number
  /** Calls back once after at least `delayMs`, which must be finite and at most 2³¹−1. */
  setTimer(callback: () => void, delayMs: number): CancelTimer
}

/** How urgent a line of the log is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Takes what the runtime has to tell. A line at which it throws, or rejects, is written to stderr. */
export interface Logger {
  log(level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>): void
}

/**
 * Has `release` called when the process is asked to end (SIGINT, SIGTERM, SIGHUP); the process ends when all that were called have
 * settled. Returns how to take that back.
 */
export type OnEndSignal = (release: (signal: string) => Promise<unknown>) => () => void

/** All that the runtime takes from outside. */
export interface World {
  readonly clock: Clock
  /** In [0, 1). Used for jitter only. */
  readonly random: () => number
  /** Unique and unguessable. RFC 9562 text form, as EventStoreDB wants it for event ids. */
  readonly newId: () => string
  readonly logger: Logger
  /** Keeps the process alive until what it returns is called, for those who wait for what other processes do. Absent: it needs nothing for that. */
  readonly keepAlive?: (() => CancelTimer) | undefined
  /** Absent: no one asks this process to end in good order. */
  readonly onEndSignal?: OnEndSignal | undefined
}
