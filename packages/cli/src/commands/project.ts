/** What a command that is no worker works on: the configuration's agents, and its store, to read and to send. */
import { createClient, RefoldError } from '@refold/core'
import type { AgentDefinition, Client, Codec, Store } from '@refold/core'
import type { RefoldConfig } from '../config/define-config.js'
import { findConfig, knownConfig, loadConfig } from '../config/load-config.js'
import { openStore } from '../config/open-store.js'

export interface ProjectOptions {
  readonly config?: string
  readonly store?: string
}

/** `begins`: the command may be the first one on its store. `readOnly`: a file is opened so that nothing can be written to it. */
export interface CommandNature {
  readonly begins?: true
  readonly readOnly?: true
}

export interface Project {
  readonly agents: readonly AgentDefinition[]
  readonly codecs: readonly Codec[]
  readonly store: Store
  readonly runtime: Client
}

/** A store alone, and the codecs that its records need: of commands that read records, and need no agent's code. */
export interface StoreOnly {
  readonly store: Store
  readonly codecs: readonly Codec[]
}

/** Opens it, does the work, closes it. A configuration is loaded where it is named, or where no store is named. */
export async function withStore<R>(
  options: ProjectOptions & CommandNature,
  work: (opened: StoreOnly) => Promise<R>,
): Promise<R> {
  const file =
    options.config === undefined && options.store !== undefined ? undefined : knownConfig(options.config, process.cwd())
  const config: Partial<RefoldConfig> = file === undefined ? {} : await loadConfig(file)
  const { begins = false, readOnly = false } = options
  const store = await openStore(config, options.store, { mustExist: !begins, readOnly })
  try {
    return await work({ store, codecs: config.codecs ?? [] })
  } finally {
    await store.close()
  }
}

/** Opens it, does the work, closes it. */
export async function withProject<R>(
  options: ProjectOptions & CommandNature,
  work: (project: Project) => Promise<R>,
): Promise<R> {
  const config = await loadConfig(findConfig(options.config, process.cwd()))
  const store = await openStore(config, options.store, { mustExist: options.begins !== true })
  const { agents, codecs = [] } = config
  await using runtime = await createClient({ store, agents, codecs })
  return await work({ agents, codecs, store, runtime })
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
