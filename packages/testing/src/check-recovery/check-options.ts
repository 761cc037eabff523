/** What `checkRecovery` was told: a mistyped name would run the real body, or check less than was meant. */
import type { AgentDefinition } from '@refold/core'
import { suggestName } from '@refold/core/definition'
import { castOf } from './cast.js'
import type { Cast } from './cast.js'
import type { RecoveryOptions } from './recovery-options.js'
import { refusedOption } from './refused-option.js'

const KNOWN: readonly (keyof RecoveryOptions)[] = [
  'agents',
  'effects',
  'runs',
  'maxEvents',
  'input',
  'events',
  'streams',
  'maxCrashes',
  'maxRecords',
  'bodyPatienceMs',
  'thrown',
  'unreached',
  'seed',
  'path',
]
/** With the least that makes sense. */
const COUNTS = { runs: 1, maxEvents: 0, maxCrashes: 1, maxRecords: 1, bodyPatienceMs: 1 } as const

/** The agents of the check. Throws `INVALID_INPUT` with the option's path. */
export function checkedCast(definition: AgentDefinition, options: RecoveryOptions): Cast {
  checkNames(options, { path: '', known: KNOWN })
  for (const [name, least] of Object.entries(COUNTS)) {
    const count = options[name as keyof typeof COUNTS]
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= least))
      throw refusedOption(name, `must be a whole number of at least ${least}`)
  }
  for (const name of ['thrown', 'unreached'] as const)
    if (!['tell', 'fail', undefined].includes(options[name])) throw refusedOption(name, "must be 'tell' or 'fail'")
  const { seed, path, agents = [], effects = {}, events = {}, streams = {} } = options
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw refusedOption('seed', 'must be a whole number')
  if (path !== undefined && typeof path !== 'string') throw refusedOption('path', 'must be a text')
  if (!Array.isArray(agents)) throw refusedOption('agents', 'must be a list of definitions')
  const cast = castOf(definition, agents)
  const [calls, spoken] = [cast.sources('call'), cast.sources('stream')]
  checkNames(effects, { path: 'effects', known: calls })
  checkNames(streams, { path: 'streams', known: spoken })
  checkNames(events, { path: 'events', known: [...cast.checked.description.eventSchemas.keys()] })
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

function checkNames(value: unknown, { path, known }: { path: string; known: readonly string[] }): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusedOption(path === '' ? 'options' : path, 'must be an object')
  for (const [name, member] of Object.entries(value))
    if (member !== undefined && !known.includes(name))
      throw refusedOption(path === '' ? name : `${path}.${name}`, 'is not known', suggestName(name, known))
}
