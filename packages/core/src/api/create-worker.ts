/** `createWorker`: a process that performs, among others that do. */
import type { AgentDefinition, NameOf } from '../definition/agent-types.js'
import type { RuntimeOptions, WorkerOptions } from '../public/runtime.js'
import type { CreateWorkerOptions, Worker } from '../public/worker.js'
import { coded } from '../coded.js'
import { checkWorkerOptions, WORKER_OPTIONS } from './check-options.js'
import { openRuntime } from './create-runtime.js'

/**
 * Opens a worker on a store: it takes up agents that no one performs, as many as its capacity lets it, and what other
 * workers leave behind, at once on the same machine. It is a runtime too, and owns the store. Rejects as `createRuntime`.
 */
export async function createWorker<const D extends AgentDefinition>(
  options: CreateWorkerOptions<D>,
): Promise<Worker<NameOf<D>>> {
  return coded({ name: 'createWorker', takes: 1 }, [options], async () => {
    checkWorkerOptions(options)
    return openRuntime(asRuntimeOptions(options))
  })
}

/** What says how the process performs stands in a member of its own there. */
function asRuntimeOptions<D extends AgentDefinition>(
  options: CreateWorkerOptions<D>,
): RuntimeOptions<D> & { readonly worker: WorkerOptions } {
  const worker: Record<string, unknown> = { takeoverAfterMs: 0 }
  const runtime: Record<string, unknown> = { worker }
  for (const [key, value] of Object.entries(options))
    if (value !== undefined) (key in WORKER_OPTIONS ? worker : runtime)[key] = value
  return runtime as unknown as RuntimeOptions<D> & { readonly worker: WorkerOptions } // the same members, sorted
}
