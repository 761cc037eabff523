/** The `effects` of a definition: checks that each names an effect, and makes the lookup of policies by source. */
import type { AnyActorLogic, AnyStateMachine } from 'xstate'
import type { $ZodType } from 'zod/v4/core'
import { checkPolicy } from './check-policy.js'
import type { AnyPolicy } from './check-policy.js'
import { findSource, listSources } from './effect-sources.js'
import { policyAttachedTo } from './effect.js'
import type { EffectPolicy } from './internals.js'
import { kindOfLogic } from './logic-kind.js'
import { suggestName } from '../world/nearest-name.js'
import { invalidDefinition, requireValid } from './refusal.js'
import { resolvePolicy } from './resolve-policy.js'

/** Throws `INVALID_DEFINITION`, now and not at the first effect. Sources without a policy get the defaults. */
export function readEffects(effects: unknown, machine: AnyStateMachine): (src: string) => EffectPolicy {
  const sources = listSources(machine)
  const defined = definedPolicies(effects, { machine, sources })
  const resolve = (src: string, logic: AnyActorLogic | undefined): EffectPolicy =>
    resolvePolicy({ src, attached: logic && policyAttachedTo(logic), defined: defined.get(src) })
  const policies = new Map<string, EffectPolicy>()
  for (const [src, logic] of sources) if (isEffect(logic)) policies.set(src, resolve(src, logic))
  return (src) => {
    const known = policies.get(src)
    if (known !== undefined) return known
    // Deep inside a machine that contains itself.
    const policy = resolve(src, findSource(machine, src))
    policies.set(src, policy)
    return policy
  }
}

/** The schemas of what effects give, by source: those of the definition, else those that travel with the effect. Of policies that `readEffects` took. */
export function readOutputs(effects: unknown, machine: AnyStateMachine): ReadonlyMap<string, $ZodType> {
  const sources = listSources(machine)
  const defined = definedPolicies(effects, { machine, sources })
  const outputs = new Map<string, $ZodType>()
  for (const [src, logic] of sources) {
    const output = defined.get(src)?.output ?? policyAttachedTo(logic)?.output
    if (output !== undefined) outputs.set(src, output)
  }
  return outputs
}

interface Sources {
  readonly machine: AnyStateMachine
  readonly sources: ReadonlyMap<string, AnyActorLogic>
}

function definedPolicies(effects: unknown, { machine, sources }: Sources): ReadonlyMap<string, AnyPolicy> {
  const defined = new Map<string, AnyPolicy>()
  if (effects === undefined) return defined
  requireValid(typeof effects === 'object' && effects !== null, { path: 'effects', problem: 'must be an object' })
  for (const [src, policy] of Object.entries(effects)) {
    if (policy === undefined) continue
    const path = `effects.${src}`
    const logic = findSource(machine, src)
    if (logic === undefined)
      throw invalidDefinition({ path, problem: 'names no effect source', hint: suggestName(src, effectNames(sources)) })
    const kind = kindOfLogic(logic)
    requireValid(kind !== 'transition', { path, problem: 'is transition logic: part of the tree, no effect' })
    requireValid(kind !== 'machine', {
      path,
      problem: 'is a machine: part of the tree, no effect',
      hint: `Its effects are named '${src}.…'.`,
    })
    checkPolicy(policy, { path, kind: kind === 'promise' ? 'call' : 'stream' })
    defined.set(src, policy)
  }
  return defined
}

function effectNames(sources: ReadonlyMap<string, AnyActorLogic>): readonly string[] {
  return [...sources].filter(([, logic]) => isEffect(logic)).map(([src]) => src)
}

function isEffect(logic: AnyActorLogic): boolean {
  const kind = kindOfLogic(logic)
  return kind !== 'machine' && kind !== 'transition'
}
