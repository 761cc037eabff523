/**
 * Starts a review and keeps a worker on it: when one dies, whyever, the next goes on. The supervisor itself performs no
 * effect: it reads the same store, draws what happens there, and sends the decision.
 */
import { toRevision } from '@refold/core'
import type { AgentOf } from '@refold/core'
import type { reviewAgent } from './agent.js'
import { STEPS } from './findings.js'
import type { Decision, StepName, Summary } from './findings.js'
import type { FromWorker, WorkerOrder } from './messages.js'
import type { Decider } from './person.js'
import { inOrder } from './in-order.js'
import type { Screen } from './screen.js'
import { startWorker } from './worker-process.js'
import type { WorkerProcess } from './worker-process.js'

/** Workers that may die by no will of ours. */
const DEATHS_ALLOWED = 3

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

/** A worker that took over from one that had died. Milliseconds since its process was started. */
export interface Restart {
  readonly killedIn: StepName
  readonly recoveredMs: number
  readonly restartedMs: number
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
      if (event.type === 'refold.effect.done') screen.stored(event.data.src)
    },
    error: allTold, // `done` says what it is
    complete: allTold,
  })
  const crew = keepWorking(supervision, stop)
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

interface Crew {
  readonly restarts: readonly Restart[]
  /** Rejects when no worker stays alive. */
  readonly failed: Promise<never>
  /** Resolves when the last worker is gone. */
  readonly left: Promise<void>
}

function keepWorking(supervision: Supervision, signal: AbortSignal): Crew {
  const { screen, killAt } = supervision
  const restarts: Restart[] = []
  const toKill = new Set(killAt)
  let worker: WorkerProcess | undefined
  let killedIn: StepName | undefined
  signal.addEventListener('abort', () => worker?.close())

  const work = async (): Promise<void> => {
    let deaths = 0
    while (!signal.aborted) {
      const watch = restartWatch(killedIn, (restart) => restarts.push(restart))
      worker = startWorker(orderFor(supervision, toKill), {
        onMessage: (message) => (watch(message), show(screen, message)),
      })
      const end = await worker.ended
      if (signal.aborted) return
      killedIn = end.killedIn
      if (end.killedIn !== undefined) {
        toKill.delete(end.killedIn)
        screen.killed(end.killedIn)
      } else if (++deaths === DEATHS_ALLOWED) {
        throw new Error(
          `the worker ended by itself ${deaths} times (${end.signal ?? `exit code ${end.code}`})\n${end.stderr.trim()}`,
        )
      }
    }
  }

  const working = work()
  const failed = new Promise<never>((_resolve, reject) => void working.catch(reject))
  failed.catch(() => {})
  return { restarts, failed, left: working.catch(() => {}) }
}

function orderFor({ review, store, bodyLog }: Supervision, toKill: ReadonlySet<StepName>): WorkerOrder {
  return { store, bodyLog, review: review.id, hold: STEPS.filter((step) => toKill.has(step)) }
}

function show(screen: Screen, message: FromWorker): void {
  if (message.kind === 'begun') screen.begun(message.step, message)
  if (message.kind === 'token') screen.token(message.text)
}

/** Measures how soon a new process is at the step again in which the one before it was killed. */
function restartWatch(killedIn: StepName | undefined, tell: (restart: Restart) => void): (message: FromWorker) => void {
  let recoveredMs: number | undefined
  let restartedMs: number | undefined
  let isTold = killedIn === undefined
  return (message) => {
    if (message.kind === 'recovered') recoveredMs = message.processMs
    if (message.kind === 'begun' && message.step === killedIn) restartedMs ??= message.processMs
    if (isTold || killedIn === undefined || recoveredMs === undefined || restartedMs === undefined) return
    isTold = true
    tell({ killedIn, recoveredMs, restartedMs })
  }
}
