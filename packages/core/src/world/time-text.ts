/** Times for people. */

/** The last moment that a date can say, epoch milliseconds. */
export const MAX_TIME_MS = 8.64e15

/** As ISO 8601. A timer that is to come never may be due when no date can say it: then in words. */
export function timeText(at: number): string {
  return Math.abs(at) <= MAX_TIME_MS ? new Date(at).toISOString() : 'no date can say when'
}
