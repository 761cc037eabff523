/** `defineProjection`: what makes no sense is refused here, before anything is read. */
import { fromGiven } from '../coded.js'
import { checkMembers } from '../check-members.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { internalsOf } from '../definition/define-agent.js'
import { RefoldError } from '../errors.js'
import { isJsonObject, type JsonValue } from '../json/json-value.js'
import { jsonOf } from '../json/to-json.js'
import { isAsyncFunction } from '../world/is-promised.js'
import { requireAgents } from './require-agents.js'
import type { ProjectionConfig, ProjectionDefinition, ProjectionRecord } from '../public/projection.js'

/** A definition as the rest of Refold knows it: its documents are JSON. */
export interface ProjectionInternals {
  readonly name: string
  readonly version: number
  /** Names of definitions; absent: all. */
  readonly definitions: readonly string[] | undefined
  readonly initial: JsonValue
  /** Of a document that is an object. */
  readonly members: readonly string[]
  /** May throw, and may give anything. */
  readonly key: (record: ProjectionRecord) => unknown
  readonly evolve: (document: JsonValue, record: ProjectionRecord) => unknown
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/
const KEYS = ['name', 'version', 'agents', 'key', 'initial', 'evolve']
const internals = new WeakMap<object, ProjectionInternals>()

/** Defines documents that are made from records. Throws `INVALID_INPUT` with the path of what makes no sense. */
export function defineProjection<const D extends AgentDefinition, S>(
  config: ProjectionConfig<D, S>,
): ProjectionDefinition<S> {
  if (typeof config !== 'object' || config === null) throw refused('config', 'must be an object')
  const { name, version, made } = fromGiven('defineProjection', () => {
    const { name, version } = config
    return { name, version, made: read(config as unknown as ProjectionConfig<AgentDefinition, unknown>) }
  })
  const definition: ProjectionDefinition<S> = Object.freeze({ name, version })
  internals.set(definition, made)
  return definition
}

/** Throws `INVALID_INPUT` for what `defineProjection` did not make. */
export function projectionInternals(definition: ProjectionDefinition): ProjectionInternals {
  const found = internals.get(Object(definition))
  if (found === undefined) throw refused('projection', 'is none: give what `defineProjection` returned')
  return found
}

function read(config: ProjectionConfig<AgentDefinition, unknown>): ProjectionInternals {
  checkMembers(config, { path: '', known: KEYS })
  const { name, version, agents, key, evolve } = config
  if (typeof name !== 'string' || !NAME.test(name))
    throw refused('name', 'must be small letters, digits and _, at most 63, the first a letter')
  if (!Number.isSafeInteger(version) || version < 1) throw refused('version', 'must be a positive integer')
  if (agents !== undefined) requireAgents(agents)
  const definitions = agents && [...new Set(agents.map((agent) => internalsOf(agent).name))]
  if (key !== undefined && typeof key !== 'function') throw refused('key', 'must be a function')
  if (typeof evolve !== 'function') throw refused('evolve', 'must be a function')
  for (const [name, asked] of Object.entries({ key, evolve }))
    if (isAsyncFunction(asked)) throw refused(name, 'is async, and has to answer at once')
  const initial = initialOf(config.initial)
  const members = isJsonObject(initial) ? Object.keys(initial) : []
  return { name, version, definitions, initial, members, key: key ?? agentKey(definitions), evolve }
}

function initialOf(initial: unknown): JsonValue {
  try {
    return jsonOf(initial)
  } catch (cause) {
    throw refused('initial', 'must be JSON', cause)
  }
}

function agentKey(definitions: readonly string[] | undefined): ProjectionInternals['key'] {
  return definitions?.length === 1 ? ({ agent }) => agent.id : ({ agent }) => `${agent.name}-${agent.id}`
}

function refused(path: string, problem: string, cause?: unknown): RefoldError {
  return new RefoldError('INVALID_INPUT', `${path}: ${problem}`, { facts: { path }, cause })
}
