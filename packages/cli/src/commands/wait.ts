/** `refold wait`: until an agent stands where a script goes on. Nothing of the project's own code is needed. */
import type { AgentHistory, HistoryPoint } from '@refold/core/history'
import { isRefoldError, printable, RefoldError } from '@refold/core/store'
import { refoldCommand } from '@refold/inspector/commands'
import type { Told } from '../output.js'
import { placesOf } from './command-places.js'
import { requireState } from './reading/never-so.js'
import { historyOf } from './reading/past-agent.js'
import { withPast } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

export interface WaitCommandOptions extends ProjectOptions {
  /** A state by its path: `review`, `work.draft`. Absent: until it has ended. */
  readonly state?: string
  /** Seconds. Absent: as long as it takes. */
  readonly timeout?: number
  readonly json: boolean
}

type IsThere = (point: HistoryPoint) => boolean

/** `isDone: false`: it ended in another state. Rejects with `BLOCKED` and `TIMEOUT`. A state that its chart has not is noted, as it may be one that is to come. */
export async function wait(agent: string, options: WaitCommandOptions, note: (text: string) => void): Promise<Told> {
  const { state, timeout, json } = options
  return withPast(options, async (past) => {
    const opened = await historyOf(past, agent)
    if (state !== undefined) await requireState(state, { agent, past, opened }).catch(noted(note))
    const isThere: IsThere = ({ active, status }) => (state === undefined ? status === 'done' : isIn(active, state))
    const point = await reached(opened, { isThere, timeout })
    const { status, condition, value, output } = point
    const isDone = isThere(point)
    if (point.blocked !== undefined && !isDone) throw blocked(agent, { point, options })
    const text = json
      ? JSON.stringify({ agent: opened.agent, status, condition, value, output })
      : `${status === 'active' ? condition : status} ${JSON.stringify(value)}`
    return { text, isDone }
  })
}

/** The first point from now on at which nothing is to be waited for; of an exported file the last. Rejects where no one can tell how it stands. */
async function reached(
  opened: AgentHistory,
  { isThere, timeout }: { readonly isThere: IsThere; readonly timeout: number | undefined },
): Promise<HistoryPoint> {
  const isSettled: IsThere = (point) => point.status !== 'active' || point.blocked !== undefined || isThere(point)
  requireSound(opened)
  let point = await opened.at(opened.lastState)
  const { signal, end } = endingIn(timeout)
  try {
    if (isSettled(point)) return point
    for await (const revision of opened.follow({ signal })) {
      point = await opened.at(revision)
      if (isSettled(point)) return point
    }
  } finally {
    end()
  }
  if (signal.aborted) throw new RefoldError('TIMEOUT', `${opened.stream} is not there after ${timeout} s`)
  requireSound(opened)
  return point
}

function requireSound({ trouble }: AgentHistory): void {
  if (trouble !== undefined) throw trouble.error
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Aborts after so many seconds; never after more than a timer can wait. */
function endingIn(seconds: number | undefined): { readonly signal: AbortSignal; readonly end: () => void } {
  const ending = new AbortController()
  const ms = (seconds ?? Infinity) * 1_000
  const timer = ms <= LONGEST_TIMER_MS ? setTimeout(() => ending.abort(), ms) : undefined
  return { signal: ending.signal, end: () => clearTimeout(timer) }
}

function isIn(active: readonly string[], state: string): boolean {
  return active.some((leaf) => leaf === state || leaf.startsWith(`${state}.`))
}

function noted(note: (text: string) => void): (error: unknown) => void {
  return (error) => {
    if (!isRefoldError(error, 'NOT_FOUND')) throw error
    note(printable(`${error.message}. ${error.hint ?? ''}`))
  }
}

function blocked(
  agent: string,
  { point, options }: { readonly point: HistoryPoint; readonly options: ProjectOptions },
): RefoldError {
  const command = (verb: string): string => `\`${refoldCommand([verb, agent], placesOf(options))}\``
  const why = printable(point.blocked?.error.message ?? '')
  return new RefoldError('BLOCKED', `what is waited for does not come: ${agent} is blocked: ${why}`, {
    hint: `${command('show')} says why; after a fix: ${command('retry')}.`,
  })
}
