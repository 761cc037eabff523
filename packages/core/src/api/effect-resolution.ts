/** A person's word on an effect in doubt, checked before it becomes an input. */
import type { EffectResolved } from '../decide/inputs.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { RefoldError } from '../errors.js'
import { toErrorData } from '../record/error-data.js'
import { toJson } from '../json/to-json.js'
import type { PendingEffectOf } from '../public/state.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { FailureDetector } from '../runtime/liveness/failure-detector.js'
import { checkMembers, requireOption } from '../check-members.js'
import { revisionOf } from './agent-options.js'

export interface ResolutionOptions {
  /** As the caller gave it: its id, or the effect as `agent.inDoubt()` gave it. */
  readonly effect: unknown
  /** As the caller gave it. */
  readonly resolution: unknown
  readonly definition: DefinitionInternals
  readonly owners: FailureDetector
}

/**
 * Throws `INVALID_INPUT` for what does not say exactly one thing, `NOT_IN_DOUBT`, `OWNER_MAY_LIVE` (for `again` without
 * `force`), or what the output's schema refuses.
 */
export async function effectResolution(cell: AgentCell, options: ResolutionOptions): Promise<EffectResolved> {
  const { definition } = options
  const { effect, seenAt } = namedEffect(options.effect)
  const resolution = oneResolution(options.resolution)
  const { revision = seenAt } = resolution
  const document = cell.state?.effects[effect]
  if (document === undefined)
    throw new RefoldError('NOT_IN_DOUBT', `effect ${effect} is not in doubt`, {
      hint: '`agent.inDoubt()` lists those that wait for a decision.',
    })
  const resolved = (word: EffectResolved['resolution']): EffectResolved => ({
    kind: 'effect.resolved',
    effect,
    ...(revision === undefined ? undefined : { revision }),
    resolution: word,
  })
  switch (resolution.kind) {
    case 'again': {
      const hint = 'Its chart has left it: `acknowledge` it, or record its outcome by `complete` or `fail`.'
      const path = 'resolution.again'
      requireOption(document.abandoned === undefined, { path, problem: 'nothing performs an abandoned effect', hint })
      if (!resolution.force) await oldOwnerIsGone(cell, { effect, owners: options.owners })
      return resolved({ again: true, ...(resolution.force ? { force: true } : undefined) })
    }
    case 'fail':
      return resolved({ fail: toErrorData(resolution.error) })
    case 'acknowledge':
      return resolved({ acknowledge: true })
    case 'complete': {
      const { parseOutput } = definition.policyOf(document.src)
      const output = parseOutput === undefined ? resolution.output : parseOutput(resolution.output)
      return resolved({ complete: toJson(output).json ?? null })
    }
  }
}

/** One that was looked at brings which doubt of it that was. Throws `INVALID_INPUT`. */
function namedEffect(given: unknown): { readonly effect: string; readonly seenAt?: number | undefined } {
  if (typeof given === 'string') return { effect: given }
  const { effect, inDoubt, abandoned } = (given ?? {}) as Partial<PendingEffectOf<string, unknown, unknown>>
  const hint = '`agent.inDoubt()` lists those that wait for a decision.'
  requireOption(typeof effect === 'string', { path: 'effect', problem: 'must be an effect, or its id', hint })
  return { effect, seenAt: (inDoubt ?? abandoned)?.revision }
}

type OneDecision = { readonly revision: number | undefined } & (
  | { readonly kind: 'again'; readonly force: boolean }
  | { readonly kind: 'complete'; readonly output: unknown }
  | { readonly kind: 'fail'; readonly error: unknown }
  | { readonly kind: 'acknowledge' }
)

const WORDS = ['complete', 'fail', 'again', 'acknowledge'] as const
const MEMBERS = [...WORDS, 'force', 'revision', 'by', 'reason']

/** Money hangs on it: nothing is guessed. A member that is there but `undefined` says nothing. */
function oneResolution(given: unknown): OneDecision {
  const path = 'resolution'
  checkMembers(given, { path, known: MEMBERS })
  const [word, ...others] = WORDS.filter((each) => given[each] !== undefined)
  const problem = `must hold exactly one of ${WORDS.join(', ')}`
  const hint = 'An effect without an output is completed with `null`.'
  requireOption(word !== undefined && others.length === 0, { path, problem, hint })
  const { force = false } = given
  requireOption(typeof force === 'boolean', { path: `${path}.force`, problem: 'must be true or false' })
  const revision = given['revision'] === undefined ? undefined : revisionOf(given['revision'], `${path}.revision`)
  if (word === 'complete') return { kind: word, revision, output: given[word] }
  if (word === 'fail') return { kind: word, revision, error: given[word] }
  requireOption(given[word] === true, { path: `${path}.${word}`, problem: 'must be true' })
  return word === 'again' ? { kind: word, revision, force } : { kind: word, revision }
}

/** The one who began the attempt may still be at it: wait until it was watched silent for a full lease. */
async function oldOwnerIsGone(
  cell: AgentCell,
  { effect, owners }: { readonly effect: string; readonly owners: FailureDetector },
): Promise<void> {
  const attempt = cell.state?.effects[effect]?.attempt
  const owner = attempt?.worker
  if (owner === undefined) return
  if ((await owners.look(owner)) !== 'alive') return
  throw new RefoldError('OWNER_MAY_LIVE', `worker ${owner}, which began effect ${effect}, may still perform it`, {
    hint: 'Ask again when it was silent for its lease, or pass `force: true` if you know that it is gone.',
    facts: { owner, effect },
  })
}
