/** What a caller asks of a fork, checked before anything is read, and as a hash by which the same request is known again. */
import { streamOf } from '../definition/agent-address.js'
import { givenHash } from '../definition/given.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { isRefoldError, RefoldError } from '../errors.js'
import { momentOf } from '../history/moments.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import { jsonOf } from '../json/to-json.js'
import { headerOf } from '../record/header.js'
import { toErrorData } from '../record/error-data.js'
import { FIRST_REVISION, toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { EventData } from '../record/event-data.js'
import type { EffectId, ErrorData } from '../record/state-document.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Moment } from '../public/agent.js'
import type { ForkOptions } from '../public/fork.js'
import { NOTES, notesOf } from './agent-options.js'
import { checkMembers, requireOption } from '../check-members.js'
import { checkOptions, optionRule } from '../option-values.js'
import type { OptionRules } from '../option-values.js'

/** A fork that is asked for, of a registered definition. */
export interface AskedFork {
  readonly definition: DefinitionInternals
  /** Of the origin. */
  readonly id: string
  /** As the caller gave them. */
  readonly options: ForkOptions
}

export interface ForkRequest extends Required<
  Pick<ForkOptions, 'as' | 'timers' | 'keys' | 'run' | 'patch' | 'beginMissing'>
> {
  readonly definition: DefinitionInternals
  /** Stream of the origin, and that of the fork. */
  readonly origin: string
  readonly fork: string
  readonly at: Moment | undefined
  readonly start: { readonly input: JsonValue | undefined } | undefined
  readonly event: EventData | undefined
  readonly outcome: GivenOutcome | undefined
  readonly notes: { readonly by?: string; readonly reason?: string }
  readonly given: string
}

/** The output is checked when it is known which effect it is of. */
export type GivenOutcome = { readonly effect: EffectId } & (
  | { readonly complete: JsonValue }
  | { readonly fail: ErrorData }
)

const { any, flag, list, oneOf, texts } = optionRule
const OPTIONS: OptionRules = {
  ...NOTES,
  as: any, // an id
  at: any, // a moment
  event: any,
  outcome: any,
  input: any,
  patch: { ...list, problem: 'must be a list of operations' },
  beginMissing: flag,
  timers: oneOf('shift', 'keep', 'drop'),
  keys: oneOf('new', 'keep'),
  run: { ...texts, problem: 'must be a list of effects, by id or source' },
}
/** What says how a state is taken over. */
const OF_A_STATE = ['patch', 'beginMissing', 'timers', 'keys', 'run'] as const

/** Throws `INVALID_INPUT`, `INVALID_ID`, `INVALID_EVENT`. */
export function forkRequest({ definition, id, options }: AskedFork): ForkRequest {
  checkOneWay(checkOptions(options, OPTIONS))
  const { as, at, timers = 'shift', keys = 'new', run = [], patch = [], beginMissing = false } = options
  const [origin, fork] = [streamOf(definition.name, id), streamOf(definition.name, as)]
  const start = options.input === undefined ? undefined : { input: definition.parseInput(options.input) }
  const event = options.event === undefined ? undefined : definition.parseEvent(options.event)
  const outcome = outcomeOf(options.outcome)
  const moment = at === undefined && start !== undefined ? FIRST_REVISION : at === undefined ? undefined : momentOf(at)
  const given = givenHash(
    {
      origin,
      version: definition.version,
      at: typeof moment === 'bigint' ? Number(moment) : (moment ?? null),
      event: event && givenHash(options.event, { parsed: event }),
      outcome,
      input: start && givenHash(options.input, { parsed: start.input }),
      how: { timers, keys, run, patch: asJson(patch, 'patch'), beginMissing },
    },
    { parsed: null }, // never used: all of it is JSON
  )
  const how = { as, timers, keys, run, patch, beginMissing }
  return { ...how, definition, origin, fork, at: moment, start, event, outcome, notes: notesOf(options), given }
}

function checkOneWay(options: Readonly<Record<string, unknown>>): void {
  const ways = ['event', 'outcome', 'input'].filter((way) => options[way] !== undefined)
  const problem = 'a fork is told one thing first: an event, an outcome, or another input to start from'
  requireOption(ways.length <= 1, { path: ways.join(', '), problem })
  if (options['input'] === undefined) return
  const { at } = options
  const atStart = at === undefined || at === 0 || at === 0n
  requireOption(atStart, { path: 'at', problem: 'must be left out: another input is one of the start' })
  const other = OF_A_STATE.find((member) => options[member] !== undefined)
  requireOption(other === undefined, {
    path: other ?? '',
    problem: 'must be left out: of the start nothing is taken over',
  })
}

function outcomeOf(given: unknown): GivenOutcome | undefined {
  if (given === undefined) return undefined
  const path = 'outcome'
  checkMembers(given, { path, known: ['effect', 'complete', 'fail'] })
  const { effect, complete, fail } = given
  requireOption(typeof effect === 'string', { path: `${path}.effect`, problem: 'must be an effect, by id or source' })
  const isOne = (complete === undefined) !== (fail === undefined)
  const hint = 'An effect without an output is completed with `null`.'
  requireOption(isOne, { path, problem: 'must hold exactly one of complete and fail', hint })
  return fail === undefined
    ? { effect, complete: asJson(complete, `${path}.complete`) }
    : { effect, fail: toErrorData(fail) }
}

/** What is no JSON could not be known again. */
function asJson(value: unknown, path: string): JsonValue {
  try {
    return jsonOf(value, { path })
  } catch (error) {
    if (!isRefoldError(error, 'NOT_SERIALIZABLE')) throw error
    throw new RefoldError('INVALID_INPUT', error.message, { cause: error, facts: { path } })
  }
}

/**
 * Of the origin's record that the fork goes on after, if it was made before, by the same request: its origin may have gone on
 * since. `undefined`: it was not. Throws `ID_REUSED` for anything else that is there.
 */
export async function madeAt(
  log: Pick<AgentLog, 'read'>,
  { fork, given }: Pick<ForkRequest, 'fork' | 'given'>,
): Promise<Revision | undefined> {
  for await (const page of log.read(fork))
    for (const { metadata, data } of page) {
      const header = headerOf(metadata)
      if (header === undefined) continue
      const isFork = header.input.kind === 'forked'
      const revision = isFork && header.given === given && isJsonObject(data) ? data['revision'] : undefined
      if (typeof revision === 'number') return toRevision(revision)
      const what = isFork ? 'is another fork' : 'is there, and is no fork'
      throw new RefoldError('ID_REUSED', `${fork} ${what}`, {
        hint: 'Give the fork an id of its own.',
        facts: { fork },
      })
    }
  return undefined
}

/** The effects that a caller means by an id or a source. Throws `INVALID_INPUT` with those that are pending. */
export function pendingNamed(
  effects: Readonly<Record<EffectId, { readonly src: string; readonly abandoned?: unknown }>>,
  { name, path }: { readonly name: string; readonly path: string },
): readonly EffectId[] {
  const pending = Object.entries(effects).filter(([, { abandoned }]) => abandoned === undefined)
  const found = pending.filter(([id, { src }]) => id === name || src === name).map(([id]) => id)
  const list = pending.map(([id, { src }]) => `${id} (${src})`).join(', ')
  const hint = list === '' ? 'No effect is pending there.' : `Pending there: ${list}.`
  requireOption(found.length > 0, { path, problem: `no effect ${JSON.stringify(name)} is pending there`, hint })
  return found
}
