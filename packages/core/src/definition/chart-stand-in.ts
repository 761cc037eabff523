/** Stand-in until chart.ts and refuse.ts exist. */
import type { AnyStateMachine } from 'xstate'
import type { JsonValue } from '../json/json-value.js'

export function chartOf(machine: AnyStateMachine): JsonValue {
  return { id: machine.id }
}
export function fingerprintOf(chart: JsonValue): string {
  return JSON.stringify(chart)
}
export function refuseUnsupported(_machine: AnyStateMachine): void {}
