/**
 * `@refold/core/definition`: definitions for tools (a test of recovery, a simulator, an inspector), which describe them and
 * put other bodies under their effects. An agent needs none of it.
 */
export { describeDefinition } from './describe-definition.js'
export type { DefinitionDescription, EffectDescription } from './describe-definition.js'
export { suggestName } from '../world/nearest-name.js'
export type { EffectKind } from './named-effects.js'
export { withEffects } from './with-effects.js'
export type { CallBody, EffectBodyArgs, EffectSubstitution, StreamBody } from './with-effects.js'
