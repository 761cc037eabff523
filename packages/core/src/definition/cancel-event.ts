/** The event by which a chart is asked to end by itself. */

/**
 * What a chart gets when its agent is cancelled with a deadline. Put it into the machine's events to handle it
 * (`events: {} as Mine | CancelEvent`, then `on: { 'refold.cancel': 'undoing' }`). It needs no schema, and no one can `send` it.
 */
export interface CancelEvent {
  type: 'refold.cancel'
  by?: string
  reason?: string
  /** When the agent is stopped, unless it has ended by itself. Epoch milliseconds. */
  deadlineAt: number
}
