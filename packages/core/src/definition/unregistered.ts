/** A stand-in for the definition of an agent whose chart is not in this process: a message to it is stored, and its owner decides it. */
import { createMachine } from 'xstate'
import { RefoldError } from '../errors.js'
import type { EventData } from '../record/event-data.js'
import type { DefinitionInternals } from './internals.js'

const NO_CHART = createMachine({})

/** Knows nothing but the name, takes every event, and decides nothing. */
export function unregisteredDefinition(name: string, version: number): DefinitionInternals {
  const absent = (): never => {
    throw new RefoldError('UNKNOWN_DEFINITION', `no agent "${name}" of version ${version} is registered here`)
  }
  return {
    isUnregistered: true,
    name,
    version,
    machine: NO_CHART,
    fingerprint: '',
    chart: null,
    hasSecrets: false,
    parseInput: absent,
    parseEvent: (event) => event as EventData, // it was one when it was sent
    schemaOf: () => undefined,
    isOutsideEvent: () => true,
    deferred: new Set(),
    approvals: new Map(),
    policyOf: absent,
    dedup: { maxAgeMs: 0, maxCount: 0 },
  }
}
