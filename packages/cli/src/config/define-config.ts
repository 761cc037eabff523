/** What the command needs to know of a project: its agents and its store. */
import type { AgentDefinition, RuntimeOptions, Store, WorkerOptions } from '@refold/core'

/**
 * The default export of `refold.config.js`. Every process of a fleet loads it for itself. `codecs` hold for all commands,
 * `observers` are told of what happens in each worker.
 */
export interface RefoldConfig extends Pick<RuntimeOptions, 'codecs' | 'observers'> {
  readonly agents: readonly AgentDefinition[]
  /** Opens the store; called once a process. Default: the SQLite file `refold.db` in the current directory. */
  readonly store?: () => Store | Promise<Store>
  /** Of each worker; its `id` is given by the command. */
  readonly worker?: Omit<WorkerOptions, 'id' | 'releaseOnSignal'>
  /**
   * Where `refold up` serves `/livez`, `/readyz` and `/metrics`: `host:port`, or a port of loopback; `false`: nowhere. Default:
   * 127.0.0.1:9464, where that is taken any free port.
   */
  readonly health?: string | false
  /** Number of worker processes of `refold up`. Default: the number of processors. */
  readonly workers?: number
}

/** Returns what it is given: for the sake of its type. */
export function defineConfig(config: RefoldConfig): RefoldConfig {
  return config
}
