/** What happens in a fleet, as data and as a line for people. */
import type { Recovered, Report, TakenOver } from '@refold/core'
import { nameOf } from '@refold/inspector/fleet'

/** What a supervisor tells of its fleet: a worker's life, what it prints, what it takes over and reports; and of its inspector. */
export type FleetEvent =
  | { readonly type: 'fleet.serving'; readonly url: string }
  | { readonly type: 'inspector.serving'; readonly pid: number; readonly url: string }
  /** It is not started again. */
  | { readonly type: 'inspector.failed'; readonly code: string; readonly message: string }
  | {
      readonly type: 'inspector.died'
      readonly pid: number
      readonly signal: string | null
      readonly exitCode: number | null
      readonly restartInMs: number
    }
  | { readonly type: 'inspector.printed'; readonly line: string }
  | { readonly type: 'worker.started'; readonly worker: string; readonly pid: number }
  | { readonly type: 'worker.ready'; readonly worker: string; readonly recovered: Omit<Recovered, 'reports'> }
  | {
      readonly type: 'worker.died'
      readonly worker: string
      readonly pid: number
      readonly signal: string | null
      readonly exitCode: number | null
      readonly restartInMs: number
    }
  | {
      readonly type: 'worker.stalled'
      readonly worker: string
      readonly pid: number
      /** How long it has said nothing. */
      readonly silentMs: number
    }
  | {
      readonly type: 'worker.stopped'
      readonly worker: string
      readonly pid: number
      readonly signal: string | null
      readonly exitCode: number | null
    }
  | { readonly type: 'worker.printed'; readonly worker: string; readonly line: string }
  | ({ readonly type: 'agent.takenOver'; readonly worker: string } & TakenOver)
  | ({ readonly type: 'agent.reported'; readonly worker: string } & Pick<Report, 'code' | 'message' | 'agent'>)
  | { readonly type: 'fleet.draining'; readonly signal: string }
  | { readonly type: 'fleet.killed'; readonly signal: string }

/** One line, without the time. */
export function describe(event: FleetEvent): string {
  switch (event.type) {
    case 'fleet.serving':
      return `health and metrics: ${event.url}/livez, /readyz, /metrics`
    case 'inspector.serving':
      return `inspector: ${event.url}`
    case 'inspector.failed':
      return `no inspector: error[${event.code}] ${event.message}; the workers go on`
    case 'inspector.died':
      return `the inspector died (${deathText(event)}); the workers go on; ${restartText(event.restartInMs)}`
    case 'inspector.printed':
      return `inspector | ${event.line}`
    case 'worker.started':
      return `${event.worker} started, process ${event.pid}`
    case 'worker.ready':
      return `${event.worker} is ready${recoveredText(event.recovered)}`
    case 'worker.died':
      return `${event.worker} died (${deathText(event)}); ${restartText(event.restartInMs)}`
    case 'worker.stalled':
      return `${event.worker} has said nothing for ${Math.round(event.silentMs / 1000)} s: it is killed`
    case 'worker.stopped':
      return event.exitCode === 0
        ? `${event.worker} has handed over what it had, and stopped`
        : `${event.worker} was ended (${deathText(event)}); what it had goes on elsewhere, or at the next start`
    case 'worker.printed':
      return `${event.worker} | ${event.line}`
    case 'agent.takenOver':
      return `${event.worker} took over ${event.agent.name}-${event.agent.id}${previousText(event)}`
    case 'agent.reported':
      return `${event.worker} reports ${event.code}: ${event.message}`
    case 'fleet.draining':
      return `${event.signal}: draining; once more ends it at once`
    case 'fleet.killed':
      return `${event.signal} again: ended; what was pending goes on at the next start`
  }
}

function recoveredText({ agents, effects, inDoubt, blocked, overdueTimers }: Omit<Recovered, 'reports'>): string {
  const found = [
    [agents, 'agents taken up'],
    [effects, 'effects resumed'],
    [overdueTimers, 'timers overdue'],
    [inDoubt, 'effects in doubt'],
    [blocked, 'agents blocked'],
  ] as const
  const said = found.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return said.length === 0 ? '' : `: ${said.join(', ')}`
}

function deathText({ signal, exitCode }: { readonly signal: string | null; readonly exitCode: number | null }): string {
  return signal ?? (exitCode === null ? 'no process could be made for it' : `exit code ${exitCode}`)
}

function restartText(pauseMs: number): string {
  return pauseMs === 0 ? 'a new one starts' : `a new one starts in ${(pauseMs / 1000).toFixed(1)} s`
}

const WHY = {
  ended: 'its process is gone',
  silent: 'silent for its lease',
  closed: 'it closed',
  released: 'it handed over',
  unowned: 'no one had it',
} as const satisfies Record<TakenOver['why'], string>

function previousText({ previous, why, reason }: TakenOver): string {
  const from = previous === undefined ? '' : ` from ${nameOf(previous)}`
  return `${from} (${WHY[why]}${reason === undefined ? '' : `: ${reason}`})`
}
