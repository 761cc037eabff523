/** The definitions that this process can decide for, by name and version. */
import { internalsOf } from '../../definition/define-agent.js'
import type { AgentDefinition } from '../../definition/agent-types.js'
import type { DefinitionInternals } from '../../definition/internals.js'
import { unregisteredDefinition } from '../../definition/unregistered.js'
import { RefoldError } from '../../errors.js'

export class Registry {
  readonly #byName = new Map<string, Map<number, DefinitionInternals>>()

  constructor(definitions: readonly AgentDefinition[]) {
    for (const definition of definitions) {
      const internals = internalsOf(definition)
      const versions = this.#byName.get(internals.name) ?? new Map<number, DefinitionInternals>()
      if (versions.has(internals.version))
        throw new RefoldError(
          'INVALID_DEFINITION',
          `agent "${internals.name}" version ${internals.version} is given twice`,
        )
      versions.set(internals.version, internals)
      this.#byName.set(internals.name, versions)
    }
  }

  /** Throws `UNKNOWN_DEFINITION` with what is registered. */
  get(name: string, version: number): DefinitionInternals {
    const found = this.find(name, version)
    if (found !== undefined) return found
    const versions = [...(this.#byName.get(name)?.keys() ?? [])]
    const names = [...this.#byName.keys()]
    const message =
      versions.length === 0
        ? `no agent "${name}" is registered here`
        : `agent "${name}" has version ${version}; registered here: ${versions.join(', ')}`
    throw new RefoldError('UNKNOWN_DEFINITION', message, {
      hint: 'Pass the definition to `createRuntime({ agents })`.',
      facts: { name, version, versions, names },
    })
  }

  find(name: string, version: number): DefinitionInternals | undefined {
    return this.#byName.get(name)?.get(version)
  }

  /**
   * Of an agent that has ended: what it still has to send is delivered without its chart, where any version of its definition is
   * registered. Throws `UNKNOWN_DEFINITION`.
   */
  ofEnded(name: string, version: number): DefinitionInternals {
    const isOurs = this.#byName.has(name)
    return this.find(name, version) ?? (isOurs ? unregisteredDefinition(name, version) : this.get(name, version))
  }

  /** The newest version of a definition that is registered here. */
  newest(name: string): DefinitionInternals | undefined {
    const versions = this.#byName.get(name)
    return versions?.get(Math.max(...versions.keys()))
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }
}
