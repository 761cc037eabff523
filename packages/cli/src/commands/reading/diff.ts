/** `refold diff`: what differs between two moments of an agent, or between two agents. */
import type { HistoryState } from '@refold/core/history'
import { applyPatch, diff as patchBetween, parsePointer } from '@refold/core/record'
import type { JsonObject, JsonValue, PatchOperation } from '@refold/core/record'
import type { Found } from '../../output.js'
import { tableOf } from '../../table.js'
import { withPast } from '../store-only.js'
import type { ProjectOptions } from '../store-only.js'
import { agentAtOf, rangeOf } from './moment-argument.js'
import type { AgentAt } from './moment-argument.js'
import { stateOf } from './past-agent.js'
import { longJson, shortJson } from './shown.js'

export interface DiffCommandOptions extends ProjectOptions {
  /** The patch (RFC 6902) from the one to the other. */
  readonly patch?: boolean
  /** Ends with 1 where something differs. */
  readonly exitCode?: boolean
  readonly json: boolean
}

/** An agent at a moment, or now. */
type Side = Pick<AgentAt, 'agent'> & Partial<AgentAt>

/** `research-42 400..412`, `research-42@400 research-43@412`, or `research-42 research-43`. */
export async function diff(
  one: string,
  other: string,
  { patch: isPatch = false, exitCode = false, json, ...options }: DiffCommandOptions,
): Promise<Found> {
  const [from, to] = sidesOf(one, other)
  return withPast(options, async (past) => {
    const [before, after] = [await stateOf(past, from.agent, from), await stateOf(past, to.agent, to)]
    const [start, end] = [asJson(before), asJson(after)]
    const patch = patchBetween(start, end, { path: '' })
    const isSo = !exitCode || patch.length === 0
    if (isPatch) return { ...(json ? { text: JSON.stringify(patch) } : longJson(patch)), isSo }
    const sides = { from: placeOf(from, before), to: placeOf(to, after) }
    if (json) return { text: JSON.stringify({ ...sides, patch }), isSo }
    return { text: tableOf(['CHANGE', 'PATH', 'BEFORE', 'AFTER'], rowsOf(start, patch)), isSo }
  })
}

function sidesOf(one: string, other: string): readonly [Side, Side] {
  if (namesAgent(other)) return [sideOf(one), sideOf(other)]
  const [from, to] = rangeOf(other)
  return [
    { agent: one, at: from },
    { agent: one, at: to },
  ]
}

/** No moment begins with a letter. */
function namesAgent(text: string): boolean {
  return text.includes('@') || (/^[a-z]\w*-./i.test(text) && !text.includes('..'))
}

/** Without a moment it is meant as it is now. */
function sideOf(text: string): Side {
  return text.includes('@') ? agentAtOf(text) : { agent: text }
}

function placeOf({ agent }: Side, { revision, at }: HistoryState): object {
  return { agent, revision, at }
}

function asJson({ document }: HistoryState): JsonObject {
  return document as unknown as JsonObject // a state is JSON
}

/** Each operation on what those before it left. */
function rowsOf(start: JsonObject, patch: readonly PatchOperation[]): ReadonlyArray<readonly string[]> {
  let state = start
  return patch.map((operation) => {
    const { op, path } = operation
    const isInserted = (op === 'add' || op === 'copy') && Array.isArray(valueAt(state, parentOf(path)))
    const before = isInserted ? undefined : valueAt(state, path)
    state = applyPatch(state, [operation])
    const after = op === 'remove' ? undefined : valueAt(state, path)
    const change = before === undefined ? 'add' : after === undefined ? 'remove' : 'replace'
    return [change, path, shortJson(before), shortJson(after)]
  })
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function valueAt(state: JsonObject, path: string): JsonValue | undefined {
  return parsePointer(path).reduce<JsonValue | undefined>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as JsonObject)[key]
  }, state)
}
