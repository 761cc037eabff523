/** An agent's state as callers see it: a view over the state document, made when it is asked for. */
import { addressOf } from '../definition/agent-address.js'
import type { AgentTypes } from '../definition/agent-types.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { effectKey } from '../decide/effects-part.js'
import { conditionOf, pauseOf, statusOf } from '../decide/summary.js'
import { isRefoldError } from '../errors.js'
import { keysOf } from '../record/large-map.js'
import { mapIn } from '../record/large-members.js'
import { toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { DeferredInput, EffectDocument, StateDocument } from '../record/state-document.js'
import type { AgentState, DeferredEvent } from '../public/state.js'
import { shownActors } from '../step/shown-actors.js'
import type { ShownActors } from '../step/shown-actors.js'
import { viewState } from '../step/state-view.js'
import type { StateView } from '../step/state-view.js'
import { hydrateTree } from '../step/tree.js'

export interface FoldedState {
  readonly state: StateDocument
  readonly revision: Revision
}

/** By which Node's `console.log` asks for what it shows instead of getters. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * The view of a folded state. Where actor references stand, it has pointers. Its members need no `this`: test tools and
 * loggers call getters on copies.
 */
// oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row a member
export function agentState<T extends AgentTypes>(
  { state, revision }: FoldedState,
  definition: DefinitionInternals,
): AgentState<T> {
  let chart: StateView | undefined
  const view = (): StateView => (chart ??= viewState(state.root, definition.machine))
  let made: ShownActors | undefined
  const actors = (): ShownActors => (made ??= shownActors(state))
  const shown = {
    revision,
    get value() {
      return view().value
    },
    get context() {
      return actors().member('context') ?? {}
    },
    get status() {
      return statusOf(state)
    },
    get output() {
      return actors().member('output')
    },
    get error() {
      return view().error
    },
    get condition() {
      const condition = conditionOf(state)
      return condition === 'running' && statusOf(state) !== 'active' ? 'ended' : condition
    },
    get blocked() {
      return state.agent.blocked
    },
    get paused() {
      return pauseOf(state)
    },
    get cancelling() {
      return statusOf(state) === 'active' ? state.agent.cancelling : undefined
    },
    get children() {
      return actors().children
    },
    get tags() {
      return view().tags
    },
    get effects() {
      return Object.entries(state.effects).map(([effect, document]) =>
        pendingEffect(effect, { document, input: actors().input(effect) }),
      )
    },
    get deferred() {
      return (state.agent.deferred ?? []).map(deferredEvent)
    },
    get detachedChildren() {
      return keysOf(mapIn(state, 'detachedChildren')).map(addressOf)
    },
    ...questions(view, { state, definition }),
  }
  const toJSON = (): object => asJson(shown)
  Object.defineProperties(shown, { toJSON: { value: toJSON }, [INSPECT]: { value: toJSON } })
  return shown as unknown as AgentState<T>
}

/** What a state is asked. */
function questions(view: () => StateView, of: { state: StateDocument; definition: DefinitionInternals }): object {
  return {
    matches: (value: unknown) => view().matches(value),
    hasTag: (tag: string) => view().hasTag(tag),
    can: (event: unknown) => canTake(event, of),
    getMeta: () => view().meta,
    toSnapshot: () => view().snapshot(),
  }
}

/** Asks the chart: guards run, nothing else does. */
function canTake(
  event: unknown,
  { state, definition }: { state: StateDocument; definition: DefinitionInternals },
): boolean {
  if (statusOf(state) !== 'active' || state.agent.blocked !== undefined) return false
  try {
    const parsed = definition.parseEvent(event)
    return hydrateTree(definition, state, { agentId: state.agent.id, onActorSend: () => {}, onLog: () => {} }).can(
      parsed,
    )
  } catch (error) {
    if (isRefoldError(error)) return false
    throw error
  }
}

/** Members that JSON cannot say as they are. */
const TOLD_APART: ReadonlySet<string> = new Set(['deferred', 'tags', 'revision'])

type Shown = Pick<AgentState<AgentTypes>, 'revision' | 'deferred'> & { readonly tags: ReadonlySet<string> }

/** What logs and `JSON.stringify` show: JSON has no big integers and no sets, and a state of an older chart has no tags that are known. */
function asJson(shown: Shown): object {
  const names = Object.keys(shown) as (keyof Shown)[]
  const members = names.filter((name) => !TOLD_APART.has(name) && typeof shown[name] !== 'function')
  return {
    ...Object.fromEntries(members.map((name) => [name, shown[name]])),
    deferred: shown.deferred.map((event) => ({ ...event, revision: String(event.revision) })),
    ...knownTags(shown),
    revision: String(shown.revision),
  }
}

function knownTags(shown: Shown): { readonly tags?: readonly string[] } {
  try {
    return { tags: [...shown.tags] }
  } catch (error) {
    if (isRefoldError(error) && error.code === 'NEEDS_MIGRATION') return {}
    throw error
  }
}

function deferredEvent({ input, at, revision }: DeferredInput): DeferredEvent {
  const { type } = input['event'] as { readonly type: string } // only events and messages are kept
  return { type, since: at, revision: toRevision(revision) }
}

function pendingEffect(
  effect: string,
  { document, input }: { readonly document: EffectDocument; readonly input: unknown },
): object {
  const { src, attempts, retryAt, lastError, inDoubt, abandoned } = document
  return {
    effect,
    src,
    key: effectKey(effect, document),
    input,
    attempts: attempts ?? 0,
    ...(retryAt === undefined ? undefined : { retryAt }),
    ...(lastError === undefined ? undefined : { lastError }),
    ...(inDoubt === undefined ? undefined : { inDoubt }),
    ...(abandoned === undefined ? undefined : { abandoned }),
  }
}
