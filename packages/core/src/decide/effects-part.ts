/** The `effects` part of the state: what a step, an attempt or a decision does to it. */
import type { DefinitionInternals, EffectPolicy } from '../definition/internals.js'
import { changed, entryOf, isEmpty, type StateMap } from '../record/large-map.js'
import { mapIn, NO_ENTRIES, withMap } from '../record/large-members.js'
import type { EffectDocument, EffectId, StateDocument } from '../record/state-document.js'
import type { ScheduledEffect, TreeStep } from '../step/tree-step.js'

export interface EffectsAfterStep {
  readonly step: TreeStep
  /** The effect whose outcome was the input. */
  readonly settled: EffectId | undefined
  readonly scheduledBy: string
  readonly traceparent: string | undefined
  readonly now: number
  /** Of the record to be made. */
  readonly revision: number
}

/** Effects start and stop by this change alone: there is no second list that could disagree. */
export function effectsAfterStep(
  state: Pick<StateDocument, 'effects'> | undefined,
  definition: DefinitionInternals,
  options: EffectsAfterStep,
): StateMap<EffectDocument> {
  const { step, settled } = options
  const effects = state === undefined ? NO_ENTRIES : mapIn(state, 'effects')
  const isSettled = settled !== undefined && entryOf(effects, settled) !== undefined
  if (step.scheduled.length === 0 && step.stopped.length === 0 && !isSettled) return effects
  const values = new Map<EffectId, EffectDocument | undefined>()
  if (isSettled) values.set(settled, undefined)
  for (const id of step.stopped) {
    const effect = values.has(id) ? undefined : entryOf(effects, id)
    if (effect === undefined) continue
    const abandoned = { at: options.now, revision: options.revision }
    values.set(id, mayHaveHappened(effect, definition) ? { ...effect, abandoned } : undefined)
  }
  for (const started of step.scheduled) values.set(started.effect, startedDocument(started, options))
  return changed(effects, values)
}

/** A payment that may have happened is not forgotten when the chart leaves it. */
export function mayHaveHappened(effect: EffectDocument, definition: DefinitionInternals): boolean {
  return effect.attempt !== undefined && safetyOf(effect, definition) === 'never-retry'
}

/** The stricter of what the policy says today and what it said when the attempt began. */
export function safetyOf({ src, attempt }: EffectDocument, definition: DefinitionInternals): EffectPolicy['safety'] {
  if (definition.isUnregistered === true) return attempt?.safety ?? 'idempotent' // today's policy is not known here
  const { safety } = definition.policyOf(src)
  if (safety === 'never-retry' || attempt?.safety === 'never-retry') return 'never-retry'
  return attempt?.safety ?? safety
}

/**
 * How a worker goes on with a pending effect: it begins an attempt (perhaps again, with the same key), asks what became of
 * the one that was interrupted, or no one can tell.
 */
export function resumptionOf(effect: EffectDocument, definition: DefinitionInternals): 'begin' | 'ask' | 'doubt' {
  if (effect.attempt === undefined) return 'begin'
  const safety = safetyOf(effect, definition)
  if (safety === 'reconcilable') return 'ask'
  return safety === 'never-retry' ? 'doubt' : 'begin'
}

function startedDocument(
  { kind, src, node, input }: ScheduledEffect,
  { scheduledBy, traceparent }: EffectsAfterStep,
): EffectDocument {
  const made: { -readonly [K in keyof EffectDocument]: EffectDocument[K] } = { kind, src, scheduledBy }
  if (node !== undefined) made.node = node
  if (input !== undefined) made.input = input
  if (traceparent !== undefined) made.traceparent = traceparent
  return made
}

/** The state with one effect replaced, or removed by `undefined`. */
export function withEffect(state: StateDocument, id: EffectId, effect: EffectDocument | undefined): StateDocument {
  return withMap(state, 'effects', changed(mapIn(state, 'effects'), new Map([[id, effect]])))
}

/** Whether there is any, pending or not. */
export function hasEffects(state: StateDocument): boolean {
  return !isEmpty(mapIn(state, 'effects'))
}

/**
 * The idempotency key of an effect: made of the event id of the record that started it, never of the revision alone; or of the
 * fork's that gave it another one, with the whole id, since several effects have it of one fork.
 */
export function effectKey(id: EffectId, effect: EffectDocument): string {
  if (effect.keyedBy !== undefined) return `${effect.keyedBy}.${id}`
  return `${effect.scheduledBy}.${id.slice(id.lastIndexOf('.') + 1)}`
}
