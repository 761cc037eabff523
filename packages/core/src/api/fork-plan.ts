/** What a fork would be: it is decided as it would be, and not appended. */
import { resumptionOf } from '../decide/effects-part.js'
import { conditionOf } from '../decide/summary.js'
import { addressOf } from '../definition/agent-address.js'
import { invariant } from '../errors.js'
import { NOTHING_FOLDED } from '../history/fold-stream.js'
import { lifeSamples } from '../history/origin.js'
import type { EffectSample } from '../history/origin.js'
import { activeStates } from '../record/active-states.js'
import type { EffectDocument, EffectId, StateDocument } from '../record/state-document.js'
import { addUsage } from '../record/usage.js'
import type { ForkCost, ForkedEffect, ForkedTimer, ForkPlan } from '../public/fork.js'
import { Replica } from '../runtime/cell/replica.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { forkRequest, madeAt } from './fork-request.js'
import type { AskedFork, ForkRequest } from './fork-request.js'
import { forkingOf } from './forks.js'
import type { Forking } from './forks.js'

type Planner = Pick<WorkerRuntime, 'log' | 'worker' | 'world'>

/** Rejects with what `fork` would reject with. */
export async function planFork(runtime: Planner, asked: AskedFork): Promise<ForkPlan> {
  const given = forkRequest(asked)
  const made = await madeAt(runtime.log, given)
  const request = made === undefined ? given : { ...given, at: made }
  const forking = await forkingOf(runtime, request)
  const { past } = forking
  const state = stateOf(runtime, request, forking)
  const revision = Number(past.revision)
  const { samples, laterMs } = await lifeSamples(runtime.log, { stream: request.origin, revision })
  const before = past.state.agent.version
  const isNew = request.start !== undefined
  const effects = effectsOf(state, { request, samples })
  return {
    origin: addressOf(request.origin),
    revision,
    at: past.at,
    fork: addressOf(request.fork),
    isThere: made !== undefined,
    version: state.agent.version,
    ...(before === state.agent.version ? undefined : { versionBefore: before }),
    active: activeStates(state.root),
    condition: state.root.status === undefined ? conditionOf(state) : 'ended',
    reused: costOf(isNew ? [] : samples.filter((sample) => sample.isReused)),
    effects,
    timers: isNew ? [] : timersOf(past.state, state),
    left: leftOf(past.state),
    estimate: {
      pending: pendingCost(effects, samples),
      rest: { ...costOf(samples.filter((sample) => sample.isLater)), ms: laterMs },
      unpriced: [
        ...new Set(
          effects.filter(({ fate, costUsd }) => fate === 'runs' && costUsd === undefined).map(({ src }) => src),
        ),
      ],
    },
  }
}

/** The state that the records would give. */
function stateOf({ world }: Planner, { as, definition }: ForkRequest, { envelope }: Forking): StateDocument {
  const tree = { agentId: as, onActorSend: () => {}, onLog: () => {} }
  const { decisions, recorded } = new Replica(definition, { known: NOTHING_FOLDED, tree }).decide([envelope], world)
  const [decision] = decisions
  if (decision?.kind === 'refused') throw decision.error
  const state = recorded.at(-1)?.state
  invariant(state !== undefined, 'a fork is refused or recorded')
  return state
}

interface Known {
  readonly request: ForkRequest
  readonly samples: readonly EffectSample[]
}

function effectsOf(state: StateDocument, known: Known): readonly ForkedEffect[] {
  return Object.entries(state.effects).map(([effect, document]) => effectOf(effect, document, known))
}

function effectOf(effect: EffectId, document: EffectDocument, { request, samples }: Known): ForkedEffect {
  const { src, keyedBy, inDoubt, steps = {} } = document
  const ofSource = samples.filter((sample) => sample.src === src)
  const ms = median(ofSource.map((sample) => sample.ms))
  const costUsd = median(ofSource.flatMap(({ usage }) => usage?.costUsd ?? []))
  const isOwn = keyedBy === undefined && request.keys === 'new'
  return {
    effect,
    src,
    fate: inDoubt !== undefined ? 'waits' : resumptionOf(document, request.definition) === 'ask' ? 'asks' : 'runs',
    key: keyedBy !== undefined ? 'new' : isOwn ? 'own' : 'kept',
    steps: Object.keys(steps).length,
    ...(ms === undefined ? undefined : { ms }),
    ...(costUsd === undefined ? undefined : { costUsd }),
  }
}

function timersOf(before: StateDocument, after: StateDocument): readonly ForkedTimer[] {
  return Object.entries(before.timers).map(([timer, { id, due: was }]) => {
    const due = after.timers[timer]?.due
    return { timer, id, was, ...(due === undefined ? undefined : { due }) }
  })
}

function leftOf({ agent, outbox, detachedChildren, effects }: StateDocument): ForkPlan['left'] {
  const abandoned = Object.entries(effects).filter(([, effect]) => effect.abandoned !== undefined)
  return {
    messages: Object.entries(outbox?.to ?? {}).map(([to, { length: count }]) => ({ to: addressOf(to), count })),
    children: Object.keys(detachedChildren ?? {}).map(addressOf),
    ...(agent.reportsTo === undefined ? undefined : { parent: addressOf(agent.reportsTo.agent) }),
    abandoned: abandoned.map(([effect, { src }]) => ({ effect, src })),
  }
}

function costOf(samples: readonly EffectSample[]): ForkCost {
  const usage = samples.reduce((sum, sample) => addUsage(sum, sample.usage) ?? sum, {})
  return {
    effects: samples.filter(({ src }) => src !== undefined).length,
    ms: samples.reduce((sum, { ms }) => sum + ms, 0),
    usage,
  }
}

/** They run at once: the longest of them says how long. */
function pendingCost(effects: readonly ForkedEffect[], samples: readonly EffectSample[]): ForkCost {
  const running = effects.filter(({ fate }) => fate === 'runs')
  const usage = running.reduce((sum, { src }) => addUsage(sum, medianUsage(src, samples)) ?? sum, {})
  return { effects: running.length, ms: Math.max(0, ...running.map(({ ms = 0 }) => ms)), usage }
}

function medianUsage(src: string, samples: readonly EffectSample[]): ForkCost['usage'] {
  const told = samples.flatMap((sample) => (sample.src === src && sample.usage !== undefined ? [sample.usage] : []))
  const of = (member: keyof ForkCost['usage']): object => {
    const middle = median(told.flatMap((usage) => usage[member] ?? []))
    return middle === undefined ? {} : { [member]: middle }
  }
  return { ...of('inputTokens'), ...of('outputTokens'), ...of('costUsd') }
}

/** The lower one of two in the middle: a value that was seen. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)]
}
