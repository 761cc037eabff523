/** What `checkRecovery` was told: a mistyped name would run the real body, or check less than was meant. */
import type { AgentDefinition } from '@refold/core'
import { checkMembers, checkOptions, optionRule } from '@refold/core/store'
import type { OptionRule } from '@refold/core/store'
import { castOf } from './cast.js'
import type { Cast } from './cast.js'
import type { RecoveryOptions } from './recovery-options.js'
import { refusedOption } from './refused-option.js'

const { definitions, integer, integerOf, object, oneOf, text } = optionRule
const arbitrary: OptionRule = {
  ...optionRule.methods('generate', 'shrink', 'map'),
  problem: 'must be an arbitrary of fast-check',
}
const RULES: { readonly [K in keyof RecoveryOptions]-?: OptionRule } = {
  agents: definitions,
  effects: object,
  runs: integerOf({ from: 1 }),
  maxEvents: integerOf({ from: 0 }),
  input: arbitrary,
  events: object,
  streams: object,
  maxCrashes: integerOf({ from: 1 }),
  maxRecords: integerOf({ from: 1 }),
  bodyPatienceMs: integerOf({ from: 1 }),
  thrown: oneOf('tell', 'fail'),
  unreached: oneOf('tell', 'fail'),
  seed: integer,
  path: text,
}

/** The agents of the check. Throws `INVALID_INPUT` with the option's path. */
export function checkedCast(definition: AgentDefinition, options: RecoveryOptions): Cast {
  checkOptions(options, RULES)
  const { agents = [], effects = {}, events = {}, streams = {} } = options
  const cast = castOf(definition, agents)
  const [calls, spoken] = [cast.sources('call'), cast.sources('stream')]
  checkMembers(effects, { path: 'effects', known: calls })
  checkMembers(streams, { path: 'streams', known: spoken })
  checkMembers(events, { path: 'events', known: [...cast.checked.description.eventSchemas.keys()] })
  for (const [path, given] of Object.entries({ events, streams }))
    checkOptions(given, Object.fromEntries(Object.keys(given).map((name) => [name, arbitrary])), path)
  if (options.path !== undefined && options.seed === undefined)
    throw refusedOption('path', 'needs the seed that it was told with')
  checkStubs(effects, calls)
  checkInline(cast)
  return cast
}

/** No body runs that no one asked for. */
function checkStubs(effects: Readonly<Record<string, unknown>>, calls: readonly string[]): void {
  for (const [src, stub] of Object.entries(effects))
    if (typeof stub !== 'function' && stub !== 'real')
      throw refusedOption(`effects.${src}`, "must be a function, or 'real'")
  const missing = calls.filter((src) => effects[src] === undefined)
  if (missing.length === 0) return
  const hint = "Give each a function of its input that returns the output or throws; 'real' runs its own body."
  throw refusedOption('effects', `nothing stands in for ${missing.map((src) => `'${src}'`).join(', ')}`, hint)
}

/** Nothing can be put in its place. */
function checkInline({ members }: Cast): void {
  for (const { prefix, description } of members) {
    const [inline] = description.inlineEffects
    if (inline === undefined) continue
    const hint = 'Name its logic in setup({ actors: { … } }): a check runs no real body that no one asked for.'
    throw refusedOption('effects', `nothing can stand in for '${prefix}${inline}', which is written in place`, hint)
  }
}
