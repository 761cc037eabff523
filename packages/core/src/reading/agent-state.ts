/** An agent's state as callers see it: a view over the state document, made when it is asked for. */
import type { AgentTypes } from '../definition/agent-types.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { conditionOf, statusOf } from '../decide/summary.js'
import { isRefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import type { Revision } from '../record/revision.js'
import type { EffectDocument, StateDocument } from '../record/state-document.js'
import type { AgentState } from '../runtime/public-state.js'
import { viewState } from '../step/state-view.js'
import type { StateView } from '../step/state-view.js'
import { hydrateTree } from '../step/tree.js'

export interface FoldedState {
  readonly state: StateDocument
  readonly revision: Revision
}

/** The view of a folded state. Actor references stand in `context` as `null`. */
export function agentState<T extends AgentTypes>(folded: FoldedState, definition: DefinitionInternals): AgentState<T> {
  return new View(folded, definition) as unknown as AgentState<T>
}

class View {
  readonly revision: Revision
  readonly #state: StateDocument
  readonly #definition: DefinitionInternals
  #chart: StateView | undefined

  constructor({ state, revision }: FoldedState, definition: DefinitionInternals) {
    this.#state = state
    this.#definition = definition
    this.revision = revision
  }

  get value(): JsonValue {
    return this.#view.value
  }
  get context(): JsonValue {
    return this.#view.context
  }
  get status(): string {
    return statusOf(this.#state)
  }
  get output(): JsonValue | undefined {
    return this.#view.output
  }
  get error(): JsonValue | undefined {
    return this.#view.error
  }
  get condition(): string {
    return conditionOf(this.#state)
  }
  get blocked(): StateDocument['agent']['blocked'] {
    return this.#state.agent.blocked
  }
  get tags(): ReadonlySet<string> {
    return this.#view.tags
  }
  get effects(): readonly object[] {
    return Object.entries(this.#state.effects).map(([effect, document]) => pendingEffect(effect, document))
  }

  matches(value: unknown): boolean {
    return this.#view.matches(value)
  }
  hasTag(tag: string): boolean {
    return this.#view.hasTag(tag)
  }

  /** Asks the chart: guards run, nothing else does. */
  can(event: unknown): boolean {
    if (statusOf(this.#state) !== 'active') return false
    try {
      const parsed = this.#definition.parseEvent(event)
      return hydrateTree(this.#definition, this.#state, { agentId: this.#state.agent.id, onActorSend: () => {}, onLog: () => {} }).can(parsed)
    } catch (error) {
      if (isRefoldError(error)) return false
      throw error
    }
  }

  get #view(): StateView {
    return (this.#chart ??= viewState(this.#state.root, this.#definition.machine))
  }

  /** What logs and `JSON.stringify` show. */
  toJSON(): object {
    const { value, context, status, condition, output, error, effects } = this
    return { status, condition, value, context, output, error, effects, tags: [...this.tags], revision: String(this.revision) }
  }
}

function pendingEffect(effect: string, document: EffectDocument): object {
  const { src, input, attempts, retryAt, lastError, inDoubt, abandoned } = document
  return {
    effect,
    src,
    input,
    attempts: attempts ?? 0,
    ...(retryAt === undefined ? undefined : { retryAt }),
    ...(lastError === undefined ? undefined : { lastError }),
    ...(inDoubt === undefined ? undefined : { inDoubt }),
    ...(abandoned === undefined ? undefined : { abandoned }),
  }
}
