/** The `effects` part of the state: what a step, an attempt or a decision does to it. */
import type { DefinitionInternals, EffectPolicy } from '../definition/internals.js'
import type { EffectDocument, EffectId, StateDocument } from '../record/state-document.js'
import type { ScheduledEffect, TreeStep } from '../step/tree-step.js'

type Effects = StateDocument['effects']
const NONE: Effects = Object.freeze({})

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
  before: Effects | undefined,
  definition: DefinitionInternals,
  options: EffectsAfterStep,
): Effects {
  const { step, settled } = options
  const effects = before ?? NONE
  if (
    step.scheduled.length === 0 &&
    step.stopped.length === 0 &&
    (settled === undefined || effects[settled] === undefined)
  )
    return effects
  const next: { [effect: EffectId]: EffectDocument } = { ...effects }
  if (settled !== undefined) delete next[settled]
  for (const id of step.stopped) {
    const effect = next[id]
    if (effect === undefined) continue
    if (mayHaveHappened(effect, definition))
      next[id] = { ...effect, abandoned: { at: options.now, revision: options.revision } }
    else delete next[id]
  }
  for (const started of step.scheduled) next[started.effect] = startedDocument(started, options)
  return next
}

/** A payment that may have happened is not forgotten when the chart leaves it. */
export function mayHaveHappened(effect: EffectDocument, definition: DefinitionInternals): boolean {
  if (effect.attempt === undefined) return false
  if (definition.isUnregistered === true) return effect.attempt.safety === 'never-retry' // its policy is not known here
  return safetyOf(effect, definition) === 'never-retry'
}

/** The stricter of what the policy says today and what it said when the attempt began. */
export function safetyOf({ src, attempt }: EffectDocument, definition: DefinitionInternals): EffectPolicy['safety'] {
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

/** The effects with one replaced, or removed by `undefined`. */
export function withEffect(effects: Effects, id: EffectId, effect: EffectDocument | undefined): Effects {
  const next: { [effect: EffectId]: EffectDocument } = { ...effects }
  if (effect === undefined) delete next[id]
  else next[id] = effect
  return next
}

/** Whether there is any, pending or not. */
export function hasEffects(state: StateDocument): boolean {
  for (const _ in state.effects) return true
  return false
}

/**
 * The idempotency key of an effect: made of the event id of the record that started it, never of the revision alone; or of the
 * fork's that gave it another one, with the whole id, since several effects have it of one fork.
 */
export function effectKey(id: EffectId, effect: EffectDocument): string {
  if (effect.keyedBy !== undefined) return `${effect.keyedBy}.${id}`
  return `${effect.scheduledBy}.${id.slice(id.lastIndexOf('.') + 1)}`
}
