/** What a command that is no worker works on: the configuration's agents, and its store, to read and to send. */
import { createClient, RefoldError } from '@refold/core'
import type { AgentDefinition, Client, Codec, Store } from '@refold/core'
import { findConfig, loadConfig } from '../config/load-config.js'
import { openStore } from '../config/open-store.js'
import { namesIn } from './store-only.js'
import type { CommandNature, Past, ProjectOptions } from './store-only.js'

export interface Project {
  readonly agents: readonly AgentDefinition[]
  readonly codecs: readonly Codec[]
  readonly store: Store
  readonly runtime: Client
}

/** Opens it, does the work, closes it. */
export async function withProject<R>(
  options: ProjectOptions & CommandNature,
  work: (project: Project) => Promise<R>,
): Promise<R> {
  const config = await loadConfig(findConfig(options.config, process.cwd()))
  const { begins = false, readOnly = false } = options
  const store = await openStore(config, options.store, { mustExist: !begins, readOnly })
  const { agents, codecs = [] } = config
  await using runtime = await createClient({ store, agents, codecs })
  return await work({ agents, codecs, store, runtime })
}

/** What its agents' histories are read from, for those who show nothing of them. */
export function pastOf({ store, codecs }: Pick<Project, 'store' | 'codecs'>): Past {
  return { source: store, store, codecs, hideSecrets: false, names: () => namesIn(store) }
}

/** The newest version of a definition. Throws `UNKNOWN_DEFINITION` with the names that there are. */
export function definitionNamed(agents: readonly AgentDefinition[], name: string, version?: number): AgentDefinition {
  const versions = agents.filter((agent) => agent.name === name).toSorted((one, other) => other.version - one.version)
  const found = versions.find((agent) => agent.version === version) ?? versions[0]
  if (found !== undefined) return found
  throw new RefoldError('UNKNOWN_DEFINITION', `the configuration has no agent "${name}"`, {
    hint: `It has: ${[...new Set(agents.map((agent) => agent.name))].join(', ')}.`,
  })
}
