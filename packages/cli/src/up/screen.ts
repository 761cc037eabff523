/** What `refold up` shows: lines of what happens and, on a terminal, a line below them that is always of now. */
import { styleText } from 'node:util'
import { printable } from '@refold/core'
import { describe } from './fleet-events.js'
import type { FleetEvent } from './fleet-events.js'
import type { FleetStatus } from './supervisor.js'
import { counted } from '@refold/core/store'

export interface Screen {
  event(event: FleetEvent): void
  /** Draws the line of now. */
  status(status: FleetStatus): void
  end(): void
}

export interface ScreenOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export function screenOn(output: ScreenOutput, { json }: { readonly json: boolean }): Screen {
  if (json) return jsonLines(output)
  return output.isTTY === true ? liveScreen(output) : plainLines(output)
}

/** Each event as one JSON object a line. */
function jsonLines(output: ScreenOutput): Screen {
  const event = (happened: FleetEvent): void =>
    void output.write(`${printable(JSON.stringify({ at: new Date().toISOString(), ...happened }))}\n`)
  return { event, status: () => {}, end: () => {} }
}

function plainLines(output: ScreenOutput): Screen {
  return { event: (happened) => void output.write(`${lineOf(happened)}\n`), status: () => {}, end: () => {} }
}

const CLEAR_LINE = '\r\u001B[2K'

function liveScreen(output: ScreenOutput): Screen {
  let shown = ''
  return {
    event: (happened) => void output.write(`${CLEAR_LINE}${coloured(happened)}\n${shown}`),
    status: (status) => {
      const text = statusText(status).slice(0, (output.columns || 80) - 1)
      if (text === shown) return
      shown = text
      output.write(CLEAR_LINE + text)
    },
    end: () => void output.write(CLEAR_LINE),
  }
}

/** `3 of 3 workers · 12 agents, 17 effects in hand · 2 takeovers` */
function statusText({ workers, working, agents, effects, takeovers }: FleetStatus): string {
  return `${working} of ${counted(workers, 'worker')} · ${counted(agents, 'agent')}, ${counted(effects, 'effect')} in hand · ${counted(takeovers, 'takeover')}`
}

function lineOf(event: FleetEvent): string {
  return `${new Date().toISOString().slice(11, 23)} ${shownOf(event)}`
}

/** A worker's own colours stay: it is the project's own program. */
function shownOf(event: FleetEvent): string {
  return event.type === 'worker.printed' ? describe(event) : printable(describe(event))
}

const WORRYING: ReadonlySet<string> = new Set<FleetEvent['type']>([
  'worker.died',
  'agent.reported',
  'inspector.died',
  'inspector.failed',
])

function coloured(event: FleetEvent): string {
  const line = lineOf(event)
  if (WORRYING.has(event.type)) return styleText('yellow', line)
  return event.type === 'agent.takenOver' ? styleText('cyan', line) : line
}
