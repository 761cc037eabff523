/** What a chart does wrong when it is given an event, or started. */
import { isRefoldError } from '@refold/core'
import type { RefoldError, RefoldErrorCode } from '@refold/core'
import type { LogLine } from '../simulation/simulated-process.js'

/** Nothing was recorded, and no other state of the agent makes it right. */
const FAULTS: readonly RefoldErrorCode[] = [
  'MUTATED',
  'LOOPS_FOREVER',
  'NOT_SERIALIZABLE',
  'NOT_RESTORABLE',
  'UNSUPPORTED',
  'TOO_LARGE',
  'OUTBOX_FULL',
]

/** Whether the chart is at fault. `start`: also by whatever it throws there. */
export function isChartFault(error: unknown, during: 'send' | 'start'): error is RefoldError {
  const codes: readonly RefoldErrorCode[] = during === 'start' ? [...FAULTS, 'EVENT_REFUSED'] : FAULTS
  return codes.some((code) => isRefoldError(error, code))
}

/** `desk-checked cannot take {"type":"note"}: … (MUTATED). Return a new value from …` */
export function faultText(what: string, { message, code, hint }: RefoldError): string {
  return `${what}: ${message} (${code})${hint === undefined ? '' : `\n${hint}`}`
}

/** What was thrown, once. */
export interface ThrownOnce {
  readonly by: 'action' | 'event'
  readonly type: string
  readonly agent: string
  readonly message: string
}

const ACTION = /^action "(.*)" of (.*?)-.* threw$/s

/** The custom actions that threw, as the runtime logs them. */
export function thrownActions(lines: readonly LogLine[]): readonly ThrownOnce[] {
  return lines.flatMap(({ level, message, facts }) => {
    const [, type, agent] = (level === 'error' && ACTION.exec(message)) || []
    if (type === undefined || agent === undefined) return []
    const { error } = facts ?? {}
    return [{ by: 'action' as const, type, agent, message: error instanceof Error ? error.message : String(error) }]
  })
}
