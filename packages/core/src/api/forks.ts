/**
 * Forking an agent: its state after a record becomes the first record of another stream.
 *
 * Invariants: nothing is appended to the origin; the fork's stream begins by one append, which is decided as any start is, so that
 * a crash leaves no fork or a whole one, and the same request finds it.
 */
import type { Envelope, FirstInput, Forked } from '../decide/inputs.js'
import { invariant, RefoldError } from '../errors.js'
import { newestState, stateAt } from '../history/past-state.js'
import type { PastState } from '../history/past-state.js'
import { toJson } from '../json/to-json.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { requireOption } from '../check-members.js'
import { forkRequest, madeAt, pendingNamed } from './fork-request.js'
import type { AskedFork, ForkRequest } from './fork-request.js'

type Forker = Pick<WorkerRuntime, 'log' | 'worker' | 'cells' | 'world'>

/** The cell of the fork, which is there. */
export interface ForkedCell {
  readonly cell: AgentCell
  /** It was made now, and not before by the same request. */
  readonly isNew: boolean
}

export async function forkAgent(runtime: Forker, asked: AskedFork): Promise<ForkedCell> {
  const request = forkRequest(asked)
  const { cells, log } = runtime
  if ((await madeAt(log, request)) === undefined) {
    const { envelope } = await forkingOf(runtime, request)
    await cells.loading(request.fork)
    const cell = cells.fresh(request.fork, request.as, request.definition)
    const settlement = await cell.submit(envelope)
    invariant(settlement.kind !== 'dropped', 'a fork is never dropped')
    if (settlement.kind === 'recorded') return { cell, isNew: true }
    await madeAt(log, request) // by someone at the same time: throws if it is another one
    if (cell.state?.agent.version !== cell.definition.version) cells.evict(cell)
  }
  const found = await cells.load(request.fork)
  await found.answered(found.refresh())
  return { cell: found, isNew: false }
}

/** What is submitted to the fork, and what it is made of. */
export interface Forking {
  readonly past: PastState
  readonly envelope: Envelope & { readonly input: Forked }
}

/** Reads the origin. Throws `NOT_FOUND`, `NOT_ACTIVE`, `INVALID_INPUT`, `UNREADABLE`, `NEWER_FORMAT`, `OUTCOME_UNSTORABLE`. */
export async function forkingOf(
  { log, worker }: Pick<Forker, 'log' | 'worker'>,
  request: ForkRequest,
): Promise<Forking> {
  const { origin, at } = request
  const past = await (at === undefined ? newestState(log, origin) : stateAt(log, origin, at))
  if (request.start === undefined) refuseEnded(past, request)
  const answered = answeredBy(past, request)
  const input: Forked = {
    kind: 'forked',
    from: { stream: request.origin, revision: Number(past.revision), event: past.id, now: past.now },
    state: past.state,
    keys: request.keys,
    timers: request.timers,
    run: [...new Set(request.run.flatMap((name) => pendingNamed(past.state.effects, { name, path: 'run' })))],
    patch: request.patch,
    beginsMissing: request.beginMissing,
    ...(request.start === undefined ? undefined : { start: request.start }),
    ...(answered === undefined ? undefined : { answered: answered.effect }),
  }
  const first: FirstInput | undefined = request.event === undefined ? answered : { kind: 'event', event: request.event }
  const begins = first === undefined ? undefined : { first: { input: first } }
  return { past, envelope: { input, worker, given: request.given, ...begins, ...request.notes } }
}

function refuseEnded({ state, revision }: PastState, { origin }: ForkRequest): void {
  const { status } = state.root
  if (status === undefined) return
  throw new RefoldError('NOT_ACTIVE', `${origin} had ended at revision ${revision}: it was ${status}`, {
    hint: 'There is nothing to go on with. Fork it after a record before its end.',
    facts: { status, revision },
  })
}

/** The person's word on the effect, as a decision of one in doubt, which the fork's first record makes it. */
function answeredBy(
  { state }: PastState,
  { outcome, definition }: ForkRequest,
): Extract<FirstInput, { kind: 'effect.resolved' }> | undefined {
  if (outcome === undefined) return undefined
  const path = 'outcome.effect'
  const found = pendingNamed(state.effects, { name: outcome.effect, path })
  const [effect] = found
  invariant(effect !== undefined, 'none is refused before')
  requireOption(found.length === 1, { path, problem: `${found.length} effects have that source: ${found.join(', ')}` })
  const { src, kind } = state.effects[effect] ?? { src: '', kind: 'promise' }
  requireOption(kind === 'promise', { path, problem: `${src} has no single outcome: it is a ${kind}` })
  if ('fail' in outcome) return { kind: 'effect.resolved', effect, resolution: { fail: outcome.fail } }
  const { parseOutput } = definition.policyOf(src)
  const output = parseOutput === undefined ? outcome.complete : parseOutput(outcome.complete)
  return { kind: 'effect.resolved', effect, resolution: { complete: toJson(output).json ?? null } }
}
