/**
 * What must hold after any run, checked from outside: on the log, on the effects' own log, and on what callers were
 * told. Each check throws with the run's story.
 */
import type { AnyAgentState } from '@refold/core'
import { checkOptions, optionRule } from '@refold/core/store'
import type { OptionRule } from '@refold/core/store'
import type { StateDocument } from '@refold/core/record'
import { checkBodies } from './effect-invariants.js'
import type { SafetyOf } from './effect-invariants.js'
import { readHistory } from './history.js'
import type { History } from './history.js'
import { checkMessages, undeliveredMessages } from './message-invariants.js'
import { checkRecords } from './record-invariants.js'
import type { Simulation } from './simulation.js'
import { checkVerified } from './verified-invariant.js'

/** What a caller did and was told: the payload of its event held this nonce. */
export interface SentInput {
  readonly stream: string
  readonly type: string
  readonly nonce: string
  /** `unknown`: the process died, or the answer was that no one knows. */
  readonly told: 'accepted' | 'refused' | 'unknown'
}

/** What a live agent said of itself. */
export interface SeenState {
  readonly stream: string
  readonly process: string
  readonly state: AnyAgentState
}

/** What the scene knows that the records do not tell, and what is to hold at its end. */
export interface InvariantOptions {
  readonly sent?: readonly SentInput[]
  readonly seen?: readonly SeenState[]
  /** Whether no message may be left to be delivered. */
  readonly allDelivered?: true
  /** How each source is to be treated after an interruption. Default: all idempotent. */
  readonly safetyOf?: SafetyOf
  /** The charts of one version are not the same in the whole run: what they decided is not decided again. */
  readonly codeChanges?: true
}

/** An invariant that a run broke; the message holds the story. */
export class BrokenInvariantError extends Error {
  override readonly name = 'BrokenInvariantError'
}

const { flag, function: aFunction, list } = optionRule
const OPTIONS: { readonly [K in keyof InvariantOptions]-?: OptionRule } = {
  sent: list,
  seen: list,
  allDelivered: flag,
  safetyOf: aFunction,
  codeChanges: flag,
}

/** Checks them all. Throws `BrokenInvariantError`, and `INVALID_INPUT` for an option that is not known. */
export async function checkInvariants(simulation: Simulation, options: InvariantOptions = {}): Promise<History> {
  checkOptions(options, OPTIONS)
  const history = await readHistory(simulation)
  const { sent = [], seen = [], safetyOf = () => 'idempotent' } = options
  const broken = [
    ...[...simulation.disk.overlapping].map((who) => `two appends in flight at once: ${who}`),
    ...[...history.streams].flatMap(([stream, steps]) => checkRecords(stream, { steps, observed: history.observed })),
    ...checkBodies(history, { disk: simulation.disk, world: simulation.effects, safetyOf }),
    ...checkMessages(history, simulation.disk),
    ...sent.flatMap((input) => checkSent(history, input)),
    ...(options.allDelivered === true ? undeliveredMessages(history).map((one) => `${one} was never delivered`) : []),
    ...seen.flatMap((state) => checkSeen(history, state)),
    ...(options.codeChanges === true ? [] : await checkVerified(history, simulation.processes)),
  ]
  if (broken.length === 0) return history
  throw new BrokenInvariantError(
    `${broken.length} broken:\n- ${broken.slice(0, 10).join('\n- ')}\n\n${simulation.story()}`,
  )
}

/** What was acknowledged is in the stream, once; what was refused is not. */
function checkSent({ streams }: History, { stream, type, nonce, told }: SentInput): readonly string[] {
  const found = (streams.get(stream) ?? []).filter(
    ({ event }) => event.type === type && JSON.stringify(event.data).includes(`"${nonce}"`),
  )
  if (told === 'accepted' && found.length !== 1)
    return [`${type} ${nonce} was acknowledged and stands ${found.length} times in ${stream}`]
  if (told === 'refused' && found.length > 0) return [`${type} ${nonce} was refused and stands in ${stream}`]
  return found.length > 1 ? [`${type} ${nonce} was sent once and stands ${found.length} times in ${stream}`] : []
}

/** Live equals folded, byte for byte. */
function checkSeen({ streams }: History, { stream, process, state }: SeenState): readonly string[] {
  const step = (streams.get(stream) ?? []).find(({ event }) => event.revision === state.revision)
  if (step?.after === undefined)
    return [`${process} saw ${stream} at revision ${state.revision}, which is not in the log`]
  const folded = view(step.after)
  const live = {
    status: state.status,
    value: state.value,
    context: state.context,
    output: state.output,
    error: state.error,
  }
  return Object.entries(folded).flatMap(([field, value]) => {
    const [expected, actual] = [JSON.stringify(value), JSON.stringify(live[field as keyof typeof live])]
    return expected === actual
      ? []
      : [`${stream} @${state.revision} in ${process}: live ${field} ${actual}, folded ${expected}`]
  })
}

function view({ root }: StateDocument): { [field: string]: unknown } {
  const { status = 'active', value, context, output, error } = root
  return { status, value, context, output, error }
}
