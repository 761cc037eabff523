/**
 * Follows a review to its end while the workers of `crew.ts` perform it. This process performs no effect: it reads the same
 * store, draws what happens there, and sends the decision.
 */
import { toRevision } from '@refold/core'
import type { AgentOf } from '@refold/core'
import type { reviewAgent } from './agent.js'
import { keepWorking } from './crew.js'
import type { Restart } from './crew.js'
import type { Decision, StepName, Summary } from './findings.js'
import type { Decider } from './person.js'
import { inOrder } from './in-order.js'
import type { Screen } from './screen.js'

/** The review as its supervisor holds it. */
export type Review = AgentOf<ReturnType<typeof reviewAgent>>

/** What `supervise` needs. */
export interface Supervision {
  readonly review: Review
  readonly store: string
  readonly bodyLog: string
  readonly killAt: readonly StepName[]
  readonly screen: Screen
  readonly decider: Decider
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
}

/** How a review went. */
export interface Outcome {
  readonly decision: Decision
  readonly summary: Summary
  readonly report: string
  readonly records: number
  readonly restarts: readonly Restart[]
}

/** Resolves when the review has ended; rejects with the signal's reason when it was interrupted: then it can be resumed. */
export async function supervise(given: Supervision): Promise<Outcome> {
  const supervision = { ...given, screen: inOrder(given.screen) }
  const { review, screen } = supervision
  const ended = new AbortController()
  const stop = AbortSignal.any([supervision.signal, ended.signal])
  let allTold = (): void => {}
  const told = new Promise<void>((resolve) => (allTold = resolve))
  const stored = review.eventsFrom(toRevision(0)).subscribe({
    next: (event) => {
      if (event.type === 'refold.effect.done' && event.data.src !== null) screen.stored(event.data.src)
    },
    error: allTold, // `done` says what it is
    complete: allTold,
  })
  const crew = keepWorking({ ...supervision, review: review.id }, stop)
  try {
    const done = review.done({ signal: stop })
    const deciding = decide(supervision, stop)
    // Whichever fails first ends the others; what is left of them is awaited below.
    const [{ output, revision }] = await Promise.all([done, deciding, Promise.race([crew.failed, done])])
    await told
    return { ...output, records: Number(revision) + 1, restarts: crew.restarts }
  } catch (error) {
    throw supervision.signal.aborted ? supervision.signal.reason : error
  } finally {
    ended.abort()
    stored.unsubscribe()
    await crew.left
  }
}

/** Waits until the review waits for someone, and sends what was decided. One that was decided before is not asked again. */
async function decide({ review, screen, decider }: Supervision, signal: AbortSignal): Promise<void> {
  const state = await review.waitFor((now) => now.matches('deciding') || now.context.decision !== null, { signal })
  const { proposal, decision } = state.context
  if (decision !== null || proposal === null) return
  screen.pause()
  const decided = await decider(proposal, { signal })
  screen.resume()
  await review.send({ type: 'decide', ...decided }, { by: decided.by })
}
