/** Who plays in a check: the checked agent, and the agents that it starts and writes to. */
import type { AgentDefinition } from '@refold/core'
import { describeDefinition } from '@refold/core/definition'
import type { DefinitionDescription } from '@refold/core/definition'
import { refusedOption } from './refused-option.js'

export interface CastMember {
  readonly definition: AgentDefinition
  readonly description: DefinitionDescription
  /** Before its sources: `''` for the checked agent, `writer/` for another. */
  readonly prefix: string
}

export interface Cast {
  readonly checked: CastMember
  readonly members: readonly CastMember[]
  /** Names of effects with one outcome, or of callbacks and observables: `draft`, `child.charge`, `writer/write`. */
  sources(kind: 'call' | 'stream'): readonly string[]
}

/** Throws `INVALID_INPUT` for two agents of one name, and `INVALID_DEFINITION` for what `defineAgent` did not make. */
export function castOf(definition: AgentDefinition, agents: readonly AgentDefinition[]): Cast {
  const checked = { definition, description: describeDefinition(definition), prefix: '' }
  const others = agents.map((other) => ({
    definition: other,
    description: describeDefinition(other),
    prefix: `${other.name}/`,
  }))
  const members = [checked, ...others]
  for (const [index, { definition: other }] of others.entries())
    if (members.findIndex((member) => member.definition.name === other.name) !== index + 1)
      throw refusedOption(`agents.${index}`, `'${other.name}' is there already`)
  return {
    checked,
    members,
    sources: (kind) =>
      members.flatMap(({ prefix, description }) =>
        [...description.effects].flatMap(([src, effect]) =>
          (effect.kind === 'call') === (kind === 'call') ? [`${prefix}${src}`] : [],
        ),
      ),
  }
}
