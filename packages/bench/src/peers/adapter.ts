/** What a peer must be able to do to be compared: the same agent, in its own way. */
import type { OnBody, StepResult } from '../workload.js'

/** How many steps an agent has, and whether it keeps every answer or only the last. */
export interface AgentInput {
  readonly steps: number
  readonly keep: boolean
}

export interface AdapterOptions {
  /** All that is stored is below it. */
  readonly directory: string
  /** The effect of a step. It must be called after everything before it is durable, and its answer kept. */
  readonly effect: OnBody
  /** A process before this one worked on the same directory, and was killed. */
  readonly isResumed: boolean
  /** What the peer's server told of itself. */
  readonly given: Readonly<Record<string, number>>
}

export interface Adapter {
  /** Starts the agent, or goes on with it where it was. Resolves to the answers it keeps when that it has ended is durable. */
  run(agent: string, input: AgentInput): Promise<readonly StepResult[]>
  /** Leaves on the disk what is kept, and nothing else. */
  close(): Promise<void>
}

/** Exported by the module of an adapter under this name. */
export type Open = (options: AdapterOptions) => Promise<Adapter>

/** A server that a peer needs beside the process that is killed. */
export interface PeerServer {
  readonly given: Readonly<Record<string, number>>
  stop(): Promise<void>
}
